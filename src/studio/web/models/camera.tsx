// The camera: on when a person asks for it, and classified about once a second while it is.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Classified, OpenedModel } from "../../models/api.ts";
import { post } from "../client.ts";
import { Notice } from "../parts/notice.tsx";
import { Predictions } from "../parts/predictions.tsx";

interface CameraProps {
  readonly model: OpenedModel;
  /** Takes a picture that the person wants to keep. */
  readonly onPicture: (picture: Blob) => void;
  readonly onClose: () => void;
}

const EVERY_MS = 1000;

/** Asks for the camera as soon as it is on the page. */
export function Camera({ model, onPicture, onClose }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [classified, setClassified] = useState<Classified>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    const opening = openCamera();
    let isOver = false;
    opening.then(
      async (stream) => {
        if (video.current === null || isOver) return;
        video.current.srcObject = stream;
        await video.current.play();
      },
      (reason: Error) => setError(`The camera cannot be used: ${reason.message}`),
    );
    return () => {
      isOver = true;
      opening.then(
        (stream) => {
          for (const track of stream.getTracks()) track.stop();
        },
        () => undefined,
      );
    };
  }, []);
  useEffect(() => {
    let isOver = false;
    const look = async (): Promise<void> => {
      while (!isOver) {
        const picture = await frameOf(video.current);
        if (picture !== undefined) {
          const told = await post<Classified>(`/api/models/${model.id}/classify`, picture).catch(
            (reason: Error) => reason,
          );
          if (isOver) return;
          if (told instanceof Error) setError(told.message);
          else {
            setError(undefined);
            setClassified(told);
          }
        }
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    };
    void look();
    return () => {
      isOver = true;
    };
  }, [model.id]);
  return (
    <section class="card camera" aria-label="Camera">
      <div>
        <video ref={video} muted playsInline />
        <div class="actions">
          <button
            type="button"
            class="btn main"
            onClick={() => frameOf(video.current).then((picture) => picture && onPicture(picture))}
          >
            Take the picture
          </button>
          <button type="button" class="btn" onClick={onClose}>
            Turn the camera off
          </button>
        </div>
      </div>
      <div>
        {error !== undefined && <Notice kind="error">{error}</Notice>}
        {classified !== undefined && (
          <Predictions predictions={classified.predictions} thresholds={model.thresholds} />
        )}
      </div>
    </section>
  );
}

async function openCamera(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined)
    throw new Error("browsers allow it only at addresses of this machine, or with https");
  return navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
}

/** What the camera sees now; undefined before it sees anything. */
async function frameOf(video: HTMLVideoElement | null): Promise<Blob | undefined> {
  if (video === null || video.videoWidth === 0) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")!.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  return blob ?? undefined;
}
