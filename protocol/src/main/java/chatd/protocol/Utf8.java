package chatd.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8. Any thread. */
public final class Utf8 {
    private Utf8() {}

    /**
     * Decodes bytes.
     *
     * @param what names them in the exception
     * @throws MalformedFrame if they are not UTF-8
     */
    public static String decode(byte[] bytes, String what) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFrame(MalformedFrame.Kind.ENCODING, "a " + what + " is not UTF-8");
        }
    }
}
