// The heat map over a picture: what speaks for the class that is chosen.
import { useEffect, useRef, useState } from "preact/hooks";
import type { HeatAnswer, OpenedModel } from "../../models/api.ts";
import { post } from "../client.ts";
import { Notice } from "../parts/notice.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import type { Tried } from "./tried.ts";

interface HeatViewProps {
  readonly model: OpenedModel;
  readonly tried: Tried;
}

/** Begins with what the model says first. */
export function HeatView({ model, tried }: HeatViewProps) {
  const [classId, setClass] = useState<number>();
  const [opacity, setOpacity] = useState(0.7);
  const query = classId === undefined ? "" : `?class=${classId}`;
  const { answer: heat, error } = useAnswer(
    () => post<HeatAnswer>(`/api/models/${model.id}/explain${query}`, tried.picture),
    [model.id, tried, classId],
  );
  if (error !== undefined) return <Notice kind="error">{error}</Notice>;
  if (heat === undefined) return <p role="status">Looking at what speaks for it …</p>;
  return (
    <div class="heat">
      <div class="layers">
        <img src={heat.picture} alt="As the network sees it" />
        <Layer heat={heat} opacity={opacity} />
      </div>
      <label class="field">
        Class
        <select
          value={classId ?? heat.explained.classId}
          onChange={({ currentTarget }) => setClass(Number(currentTarget.value))}
        >
          {model.classes.map((name, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Opacity
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={opacity}
          onInput={({ currentTarget }) => setOpacity(Number(currentTarget.value))}
        />
      </label>
      <p class="sub">
        Colour: {heat.quantity}. {heat.how}.
      </p>
    </div>
  );
}

function Layer({ heat, opacity }: { readonly heat: HeatAnswer; readonly opacity: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const colours = Uint8ClampedArray.from(atob(heat.heat), (character) => character.charCodeAt(0));
    const image = new ImageData(colours, heat.width, heat.height);
    canvas.current!.getContext("2d")!.putImageData(image, 0, 0);
  }, [heat]);
  return <canvas ref={canvas} width={heat.width} height={heat.height} style={{ opacity }} />;
}
