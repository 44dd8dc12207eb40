package chatd.daemon.media;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Pictures of all kinds, and their pixels. */
final class Pictures {
    private Pictures() {}

    /** Returns an image of smooth colours with some noise; always the same. */
    static BufferedImage image(int type, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, type);
        Random noise = new Random(7);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, ((x * 6) << 16) | ((y * 11) << 8) | noise.nextInt(16) | (0xff - y) << 24);
            }
        }
        return image;
    }

    /** Returns the pixels of each frame, as they are decoded. */
    static List<int[]> pixels(byte[] picture) {
        List<int[]> pixels = new ArrayList<>();
        try (ImageInputStream input = ImageIO.createImageInputStream(new ByteArrayInputStream(picture))) {
            ImageReader reader = ImageIO.getImageReaders(input).next();
            reader.setInput(input);
            for (int i = 0; i < reader.getNumImages(true); i++) {
                BufferedImage image = reader.read(i);
                pixels.add(image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()));
                pixels.add(image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null));
            }
            reader.dispose();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pixels;
    }

    /** Returns pictures that have nothing that must be left out. */
    static Map<String, byte[]> clean() {
        Map<String, byte[]> clean = new LinkedHashMap<>();
        clean.put("JPEG", Jpegs.baseline());
        clean.put("progressive JPEG", Jpegs.progressive());
        clean.put("grey JPEG", Jpegs.grey());
        clean.put("JPEG with restarts", Jpegs.restarting());
        clean.put("JPEG of RGB", Jpegs.rgb());
        clean.put("JPEG with a profile", Jpegs.with(Jpegs.baseline(), Jpegs.profile()));
        clean.put("PNG", Pngs.colours());
        clean.put("PNG with alpha", Pngs.alpha());
        clean.put("PNG with a palette", Pngs.palette());
        clean.put("PNG of 16 bits", Pngs.deep());
        clean.put("PNG that moves", Pngs.animated());
        clean.put("GIF", Gifs.still());
        clean.put("GIF that moves", Gifs.animated());
        clean.put("GIF that repeats", Gifs.with(Gifs.animated(), Gifs.REPETITION));
        clean.put("GIF with a profile", Gifs.with(Gifs.animated(), Gifs.profile()));
        clean.put("lossless WebP", WebpImages.losslessImage());
        clean.put("lossy WebP", WebpImages.lossyImage());
        clean.put("extended WebP", WebpImages.clean());
        clean.put("WebP that moves", WebpImages.animated());
        return clean;
    }

    /** Returns pictures with everything that one may contain. */
    static Map<String, byte[]> full() {
        Map<String, byte[]> full = new LinkedHashMap<>();
        full.put("full JPEG", Jpegs.full());
        full.put("full PNG", Pngs.full());
        full.put("full GIF", Gifs.full());
        full.put("full WebP", WebpImages.full());
        return full;
    }

    static byte[] cut(byte[] picture, int length) {
        return Arrays.copyOf(picture, length);
    }
}
