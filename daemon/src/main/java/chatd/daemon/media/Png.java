package chatd.daemon.media;

import java.util.Set;
import java.util.zip.CRC32;

/** Reads a PNG (W3C's specification, third edition), chunk by chunk; one that moves is an APNG. */
final class Png {
    private static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";
    private static final int HEADER_BYTES = 13;

    /** The chunks that decide what is shown. */
    private static final Set<String> KEPT = Set.of(
            "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "sBIT",
            "bKGD", "hIST", "pHYs", "acTL", "fcTL", "fdAT");

    private final Source source;

    Png(Source source) {
        this.source = source;
    }

    static boolean is(Source source) {
        return source.has(0, SIGNATURE);
    }

    Picture read() {
        Parts before = new Parts();
        Parts after = new Parts();
        before.keep(0, SIGNATURE.length());
        long position = SIGNATURE.length();
        if (!source.has(position, "\0\0\0\rIHDR")) {
            throw new DamagedPicture("it has no header");
        }
        long width = source.big(position + 8, 4);
        long height = source.big(position + 12, 4);
        source.check(position, HEADER_BYTES + 12L);
        long frames = 1;
        long controls = 0;
        int orientation = Orientation.UPRIGHT;
        boolean hasData = false;
        for (String type = ""; !type.equals("IEND"); ) {
            long length = source.big(position, 4);
            source.check(position, length + 12);
            type = type(position + 4);
            long end = position + 12 + length;
            hasData |= type.equals("IDAT");
            switch (type) {
                case "acTL" -> frames = length < 8 ? 1 : Math.max(frames, source.big(position + 8, 4));
                case "fcTL" -> controls++;
                case "eXIf" -> orientation = Orientation.in(source, position + 8, end - 4);
                default -> {
                    if (Character.isUpperCase(type.charAt(0)) && !KEPT.contains(type)) {
                        throw new DamagedPicture("it has a part that no picture has");
                    }
                }
            }
            if (KEPT.contains(type)) {
                (hasData ? after : before).keep(position, end);
            }
            position = end;
        }
        if (!hasData || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new DamagedPicture("it is empty");
        }
        if (orientation != Orientation.UPRIGHT) {
            before.write(chunk("eXIf", Orientation.tiff(orientation)));
        }
        before.addAll(after);
        return new Picture("image/png", (int) width, (int) height, Math.max(frames, controls), before.all());
    }

    private String type(long position) {
        StringBuilder type = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            char c = (char) source.big(position + i, 1);
            if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z')) {
                throw new DamagedPicture("it has a part that no picture has");
            }
            type.append(c);
        }
        return type.toString();
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] named = Parts.joined(type.getBytes(java.nio.charset.StandardCharsets.US_ASCII), data);
        CRC32 checksum = new CRC32();
        checksum.update(named);
        return Parts.joined(Parts.big(data.length, 4), named, Parts.big(checksum.getValue(), 4));
    }
}
