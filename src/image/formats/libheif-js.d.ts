// The part of libheif-js that is used: libheif's own interface, as its WebAssembly build passes it on.
declare module "libheif-js/wasm-bundle.js" {
  /** An object of libheif, valid until it is freed or released. */
  type Handle = { readonly __brand: "heif" };
  interface Failure {
    readonly code: object;
    readonly message?: string;
  }
  interface Channel {
    readonly id: object;
    readonly width: number;
    readonly height: number;
    /** Bytes from one row to the next. */
    readonly stride: number;
    readonly data: Uint8Array;
  }
  interface Decoded {
    readonly code?: undefined;
    readonly image: Handle;
    readonly channels: readonly Channel[];
  }
  const libheif: {
    readonly heif_error_code: { readonly heif_error_Ok: object };
    readonly heif_colorspace: { readonly heif_colorspace_RGB: object };
    readonly heif_chroma: { readonly heif_chroma_interleaved_RGB: object };
    heif_context_alloc(): Handle;
    heif_context_free(context: Handle): void;
    heif_context_read_from_memory(context: Handle, bytes: Uint8Array): Failure;
    heif_js_context_get_primary_image_handle(context: Handle): Handle | Failure | undefined;
    heif_image_handle_get_width(picture: Handle): number;
    heif_image_handle_get_height(picture: Handle): number;
    heif_image_handle_release(picture: Handle): void;
    heif_js_decode_image2(
      picture: Handle,
      colours: object,
      arrangement: object,
    ): Decoded | Failure | undefined | Promise<Decoded | Failure | undefined>;
    heif_image_release(image: Handle): void;
  };
  export default libheif;
}
