package chatd.daemon.media;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/** Reads a PNG (W3C's specification, third edition), chunk by chunk; an animated one is an APNG. */
final class Png {
    private static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";
    private static final int HEADER_BYTES = 13;

    /** The chunks that decide what is shown, and the maximum bytes of each; unlimited for those with pixels. */
    private static final Map<String, Long> KEPT = Map.ofEntries(
            Map.entry("IHDR", (long) HEADER_BYTES),
            Map.entry("PLTE", 768L),
            Map.entry("IDAT", Long.MAX_VALUE),
            Map.entry("IEND", 0L),
            Map.entry("tRNS", 256L),
            Map.entry("gAMA", 4L),
            Map.entry("cHRM", 32L),
            Map.entry("sRGB", 1L),
            Map.entry("iCCP", Long.MAX_VALUE),
            Map.entry("cICP", 4L),
            Map.entry("mDCV", 24L),
            Map.entry("cLLI", 8L),
            Map.entry("sBIT", 4L),
            Map.entry("bKGD", 6L),
            Map.entry("hIST", 512L),
            Map.entry("pHYs", 9L),
            Map.entry("acTL", 8L),
            Map.entry("fcTL", 26L),
            Map.entry("fdAT", Long.MAX_VALUE));

    private final Source source;

    Png(Source source) {
        this.source = source;
    }

    static boolean matches(Source source) {
        return source.has(0, SIGNATURE);
    }

    Picture read() {
        Parts before = new Parts(source);
        Parts after = new Parts(source);
        before.keep(0, SIGNATURE.length());
        long position = SIGNATURE.length();
        if (!source.has(position, "\0\0\0\rIHDR")) {
            throw new DamagedPicture("it has no header");
        }
        long width = source.readBigEndian(position + 8, 4);
        long height = source.readBigEndian(position + 12, 4);
        source.check(position, HEADER_BYTES + 12L);
        long frames = 1;
        long controls = 0;
        int orientation = Orientation.UNKNOWN;
        boolean hasData = false;
        for (String type = ""; !type.equals("IEND"); ) {
            long length = source.readBigEndian(position, 4);
            source.check(position, length + 12);
            type = type(position + 4);
            long end = position + 12 + length;
            hasData |= type.equals("IDAT");
            if (length > KEPT.getOrDefault(type, Long.MAX_VALUE)) {
                throw new DamagedPicture("one of its parts is too long");
            }
            switch (type) {
                case "IHDR" -> {
                    if (position != SIGNATURE.length()) {
                        throw new DamagedPicture("it has two headers");
                    }
                }
                case "acTL" -> {
                    checkWhole(type, length);
                    frames = Math.max(frames, source.readBigEndian(position + 8, 4));
                }
                case "fcTL" -> {
                    checkWhole(type, length);
                    controls++;
                    long right = source.readBigEndian(position + 12, 4) + source.readBigEndian(position + 20, 4);
                    long bottom = source.readBigEndian(position + 16, 4) + source.readBigEndian(position + 24, 4);
                    if (right > width || bottom > height) {
                        throw new DamagedPicture("one of its frames is outside of it");
                    }
                }
                case "eXIf" -> {
                    if (orientation == Orientation.UNKNOWN) {
                        orientation = Orientation.read(source, position + 8, end - 4);
                    }
                }
                default -> {
                    if (Character.isUpperCase(type.charAt(0)) && !KEPT.containsKey(type)) {
                        throw new DamagedPicture("it has a part that no picture has");
                    }
                }
            }
            if (KEPT.containsKey(type)) {
                (hasData ? after : before).keep(position, end);
            }
            position = end;
        }
        if (!hasData || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new DamagedPicture("it is empty");
        }
        if (orientation > Orientation.UPRIGHT) {
            before.write(chunk("eXIf", Orientation.tiff(orientation)));
        }
        before.addAll(after);
        return new Picture("image/png", (int) width, (int) height, Math.max(frames, controls), before.all());
    }

    private static void checkWhole(String type, long length) {
        if (length < KEPT.getOrDefault(type, 0L)) {
            throw new DamagedPicture("it is cut off");
        }
    }

    private String type(long position) {
        StringBuilder type = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            char c = (char) source.readBigEndian(position + i, 1);
            if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z')) {
                throw new DamagedPicture("it has a part that no picture has");
            }
            type.append(c);
        }
        return type.toString();
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] named = Parts.joined(type.getBytes(StandardCharsets.US_ASCII), data);
        CRC32 checksum = new CRC32();
        checksum.update(named);
        return Parts.joined(Parts.big(data.length, 4), named, Parts.big(checksum.getValue(), 4));
    }
}
