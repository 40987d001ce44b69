// The part of libjpeg-turbo's WebAssembly build that is used; the package has no types of its own.
declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  /** Keeps one encoded and one decoded picture in the instance's memory; views of it are valid until the next call. */
  export interface Decoder {
    /** Where the encoded picture is to be put. */
    getEncodedBuffer(length: number): Uint8Array;
    /** @throws where the picture is bad, and also where libjpeg only warns */
    decode(): void;
    getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: number };
    /** One byte a pixel where the picture is grey, else three. */
    getDecodedBuffer(): Uint8Array;
  }
  interface Codec {
    readonly JPEGDecoder: new () => Decoder;
  }
  export default function instantiate(options: {
    readonly print: (line: string) => void;
    readonly printErr: (line: string) => void;
    /** The address of the WebAssembly, which is otherwise read from beside the JavaScript. */
    readonly locateFile?: () => string;
  }): Promise<Codec>;
}
