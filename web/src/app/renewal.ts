/**
 * A page that stands open over an update of the server asks for parts that are no more. Then the whole
 * page is loaded anew, but not over and over: drafts and unsent messages are on the device.
 */

const KEY = 'yanxin:renewed-at';
const NOT_AGAIN_WITHIN_MS = 60_000;

export function renewWhenPartsAreGone(): void {
  window.addEventListener('vite:preloadError', (event) => {
    try {
      const last = Number(sessionStorage.getItem(KEY));
      if (Date.now() - last < NOT_AGAIN_WITHIN_MS) return;
      sessionStorage.setItem(KEY, String(Date.now()));
    } catch {
      // Without a memory it might go on for ever, so rather not at all.
      return;
    }
    event.preventDefault();
    window.location.reload();
  });
}
