/** Emoji to choose from: a selection that offices use, a few words among them. */
import { Emoji } from './prose/Emoji';
import './emoji-grid.css';

export const QUICK = ['👍', '❤️', '😂', '🎉', '👀', '🙏', '✅', '收到'];

const ROWS = [
  '😀 😁 😂 🤣 😊 😉 😍 😘 🤗 🤔 😐 😑 🙄 😏 😴 😷 🤒 😎 🤓 😮 😳 🥺 😢 😭 😤 😡 🤯 😱 😅 😇 🥳 🤝',
  '👍 👎 👌 ✌️ 🤞 👏 🙌 🙏 💪 👋 👉 👈 ☝️ 👀 ❤️ 💔 💯 ✅ ❌ ❓ ❗ ⚠️ 🔥 ✨ ⭐ 🎉 🎁 🌹 ☕ 🍺 🍚 🎂',
  '⏰ 📅 📌 📎 📝 📊 📈 📉 💡 🔧 🔍 🔒 🔑 💻 📱 📞 ✉️ 🚀 🐛 🏆 🚗 ✈️ 🏠 🌞 🌧️ ❄️ 🌙 🍀 🐶 🐱 🐂 💰',
].map((row) => row.split(' '));

export function EmojiGrid({ onChoose }: { onChoose(emoji: string): void }) {
  return (
    <div className="emoji-grid">
      {ROWS.map((row) => (
        <div key={row[0]} className="emoji-row">
          {row.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={emoji}
              title={emoji}
              onClick={() => onChoose(emoji)}
            >
              <Emoji emoji={emoji} />
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}
