// What a person sets before a training in the page.
import type { Settings } from "./messages.ts";

interface SettingsFormProps {
  readonly settings: Settings;
  readonly disabled: boolean;
  readonly onChange: (settings: Settings) => void;
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

/** Numbers stay within their bounds. */
export function SettingsForm({ settings, disabled, onChange }: SettingsFormProps) {
  const change = (part: Partial<Settings>): void => onChange({ ...settings, ...part });
  return (
    <fieldset class="settings" disabled={disabled}>
      <legend>Settings</legend>
      <label class="field">
        Network
        <select
          value={settings.architecture}
          onChange={({ currentTarget }) =>
            change({ architecture: currentTarget.value as Settings["architecture"] })
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
            onChange={({ currentTarget }) => {
              const value = Math.round(Number(currentTarget.value) || min);
              change({ [key]: Math.min(max, Math.max(min, value)) });
            }}
          />
        </label>
      ))}
      <label class="field">
        Compute with
        <select
          value={settings.runtime}
          onChange={({ currentTarget }) => change({ runtime: currentTarget.value as Settings["runtime"] })}
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
