package chatd.client.input;

import chatd.client.net.ClientFailure;
import chatd.client.talk.item.FileToSend;
import chatd.protocol.value.FileName;
import chatd.protocol.value.Limits;
import chatd.text.SafeText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The default size limits of {@code chat/1}, checked here because a server that receives a frame over its limit closes
 * the connection without saying why.
 */
public final class SizeLimits {
    private static final int NAME_BYTES = 32;

    private SizeLimits() {}

    /** Returns the name if it fits the protocol's field; whether it is allowed is for the server to decide. */
    public static String checkName(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES) {
            throw new ClientFailure(ClientFailure.NO_SUCH, "No name has more than 32 bytes: " + name);
        }
        return name;
    }

    /**
     * Checks that a file can be sent.
     *
     * @throws ClientFailure if it can't be read, if its name is too long, or if the name has a character
     *     that is not allowed
     */
    public static FileToSend checkFile(Path path, boolean picture) throws IOException {
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new ClientFailure(ClientFailure.FAILED, "There is no file " + path + " that can be read.");
        }
        String name = String.valueOf(path.getFileName());
        String fault = FileName.problem(name);
        if (fault != null) {
            throw new ClientFailure(ClientFailure.FAILED, "Rename the file " + SafeText.line(name) + ". " + fault);
        }
        return new FileToSend(path, name, Files.size(path), picture);
    }

    /** Like {@link #checkFile}, for a text. */
    public static void checkText(String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Limits.DEFAULT.text()) {
            throw new ClientFailure(
                    ClientFailure.FAILED,
                    "The text has " + bytes + " bytes; the maximum is " + Limits.DEFAULT.text()
                            + ". Nothing was sent; send it as a file instead.");
        }
    }
}
