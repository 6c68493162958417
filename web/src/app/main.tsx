/** The beginning: what is made once is made here and handed down. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Rest } from '../connection/rest';
import { Toasts } from '../design/toasts';
import '../design/tokens.css';
import '../design/base.css';
import '../design/controls.css';
import { DARK, dress } from '../platform/screen';
import { languageFrom, SpeakerContext, speaker } from '../platform/words';
import { App } from './App';
import { renewWhenPartsAreGone } from './renewal';

const rest = new Rest();
const speech = speaker(languageFrom(null));
rest.speak(speech.current().language);
speech.subscribe(() => {
  const { language } = speech.current();
  rest.speak(language);
  document.documentElement.lang = language;
});
document.documentElement.lang = speech.current().language;
dress(window.matchMedia(DARK).matches ? 'dark' : 'light', 14);

renewWhenPartsAreGone();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <SpeakerContext.Provider value={speech}>
        <Toasts>
          <App rest={rest} speaker={speech} />
        </Toasts>
      </SpeakerContext.Provider>
    </StrictMode>,
  );
}
