/**
 * Returns a JPEG of what is drawn; null if this browser can't make one. A photo has no transparent parts; a drawing that
 * has some gets a white background.
 *
 * @param width and `height` in pixels
 * @param quality 0 to 1
 */
export async function drawnJpeg(width: number, height: number, quality: number, draw: (context: CanvasRenderingContext2D) => void): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) {
    return null;
  }
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  draw(context);
  const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  // Some browsers keep the memory for long otherwise.
  canvas.width = canvas.height = 0;
  return drawn;
}
