// What a person sets before a training in the page.
import type { Settings } from "./messages.ts";

interface SettingsFormProps {
  readonly settings: Settings;
  readonly disabled: boolean;
  readonly onChange: (part: Partial<Settings>) => void;
}

/** What a training begins with unless something else is set. */
export const FIRST_SETTINGS: Settings = {
  architecture: "mobilenet_v3_small",
  imageSize: 64,
  batchSize: 16,
  maxEpochs: 10,
  runtime: "auto",
};

const NETWORKS: readonly (readonly [Settings["architecture"], string])[] = [
  ["mobilenet_v3_small", "MobileNetV3 small"],
  ["shufflenet_v2_x0_5", "ShuffleNetV2 0.5"],
  ["resnet18", "ResNet-18"],
  ["efficientnet_b0", "EfficientNet-B0"],
];
const RUNTIMES: readonly (readonly [Settings["runtime"], string])[] = [
  ["auto", "the best there is"],
  ["webgpu", "the graphics card"],
  ["onnxruntime", "WebAssembly"],
];
const NUMBERS = [
  { key: "maxEpochs", label: "Epochs", min: 1, max: 1000 },
  { key: "imageSize", label: "Image size", min: 16, max: 512 },
  { key: "batchSize", label: "Batch size", min: 2, max: 256 },
] as const;

/** The settings with every number within its bounds. */
export function withinBounds(settings: Settings): Settings {
  const numbers = NUMBERS.map(({ key, min, max }) => {
    const value = Math.round(settings[key]);
    return [key, Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : FIRST_SETTINGS[key]];
  });
  return { ...settings, ...Object.fromEntries(numbers) };
}

/** Numbers may be out of their bounds while somebody types. */
export function SettingsForm({ settings, disabled, onChange }: SettingsFormProps) {
  return (
    <fieldset class="training-settings" disabled={disabled}>
      <legend>Settings</legend>
      <label class="field">
        Network
        <select
          value={settings.architecture}
          onChange={({ currentTarget }) =>
            onChange({ architecture: currentTarget.value as Settings["architecture"] })
          }
        >
          {NETWORKS.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {NUMBERS.map(({ key, label, min, max }) => (
        <label key={key} class="field">
          {label}
          <input
            type="number"
            min={min}
            max={max}
            value={settings[key]}
            onInput={({ currentTarget }) => onChange({ [key]: currentTarget.valueAsNumber })}
          />
        </label>
      ))}
      <label class="field">
        Compute with
        <select
          value={settings.runtime}
          onChange={({ currentTarget }) => onChange({ runtime: currentTarget.value as Settings["runtime"] })}
        >
          {RUNTIMES.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
