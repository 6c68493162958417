/** The language of the code that is being written. */
import { useSay } from '../../platform/words';

const LANGUAGES = [
  'c',
  'cpp',
  'csharp',
  'go',
  'java',
  'javascript',
  'typescript',
  'python',
  'rust',
  'kotlin',
  'swift',
  'php',
  'ruby',
  'lua',
  'matlab',
  'verilog',
  'vhdl',
  'sql',
  'bash',
  'powershell',
  'json',
  'yaml',
  'xml',
  'ini',
  'css',
  'diff',
  'dockerfile',
  'makefile',
  'nginx',
  'markdown',
];

export function CodeBar({ language, onChange }: { language: string; onChange(language: string): void }) {
  const say = useSay();
  return (
    <label className="code-bar">
      {say('composer.language')}
      <select value={language} onChange={(event) => onChange(event.target.value)} data-testid="code-language">
        <option value="">{say('composer.plainText')}</option>
        {LANGUAGES.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}
