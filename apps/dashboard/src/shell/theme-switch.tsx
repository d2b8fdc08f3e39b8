import { Icon, type IconName } from '../components/icon.tsx';
import { useTheme, type Theme } from './theme.ts';

const THEMES: ReadonlyArray<readonly [theme: Theme, label: string, icon: IconName]> = [
  ['system', 'As the system', 'system'],
  ['light', 'Light', 'sun'],
  ['dark', 'Dark', 'moon'],
];

export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  return (
    <fieldset className="theme-switch">
      <legend className="off-screen">Colours</legend>
      {THEMES.map(([value, label, icon]) => (
        <label key={value} title={label}>
          <input
            type="radio"
            name="theme"
            value={value}
            checked={theme === value}
            onChange={() => setTheme(value)}
          />
          <Icon name={icon} />
          <span className="off-screen">{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
