package chatd.backup.archive;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** Encrypts and decrypts in the format of age (age-encryption.org/v1), for recipients with X25519 keys. */
public final class Encryption {
    /** The first bytes of a file in age's format. */
    static final String HEADER = "age-encryption.org/v1\n";

    private Encryption() {}

    /**
     * Checks a recipient.
     *
     * @throws BackupFailure if it is not the public key of an age identity
     */
    public static void requireRecipient(String recipient) throws BackupFailure {
        writer(recipient);
    }

    private static RecipientStanzaWriter writer(String recipient) throws BackupFailure {
        try {
            return X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new BackupFailure(
                    "\"" + recipient + "\" is not a public key of age: it begins with age1, as `age-keygen` prints it",
                    e);
        }
    }

    /** Returns a stream that encrypts for all of the recipients; closing it closes {@code to}. */
    static OutputStream encrypt(OutputStream to, List<String> recipients) throws IOException {
        List<RecipientStanzaWriter> writers = new ArrayList<>();
        for (String recipient : recipients) {
            writers.add(writer(recipient));
        }
        try {
            WritableByteChannel channel =
                    new StandardEncryptingChannelFactory().newEncryptingChannel(Channels.newChannel(to), writers);
            return Channels.newOutputStream(channel);
        } catch (GeneralSecurityException e) {
            throw new BackupFailure("it can't be encrypted: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the identities in a file, as `age-keygen` writes it.
     *
     * @throws BackupFailure if there is none in it
     */
    public static List<String> identities(Path file) throws IOException {
        List<String> identities = Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("AGE-SECRET-KEY-"))
                .toList();
        if (identities.isEmpty()) {
            throw new BackupFailure(file + " has no identity of age in it: a line that begins with AGE-SECRET-KEY-1");
        }
        for (String identity : identities) {
            reader(identity, file.toString());
        }
        return identities;
    }

    private static RecipientStanzaReader reader(String identity, String where) throws BackupFailure {
        try {
            return X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(identity);
        } catch (GeneralSecurityException | RuntimeException e) {
            // Without the cause, whose message might repeat the key.
            throw new BackupFailure("an identity in " + where + " is damaged: check that the line is whole");
        }
    }

    /**
     * Returns a stream that decrypts {@code from}.
     *
     * @param identities secret keys of age, one of which is to open it
     * @throws BackupFailure if none does
     */
    static InputStream decrypt(InputStream from, List<String> identities) throws IOException {
        if (identities.isEmpty()) {
            throw new BackupFailure("it is encrypted: name the file with the secret key with --identity FILE");
        }
        List<RecipientStanzaReader> readers = new ArrayList<>();
        for (String identity : identities) {
            readers.add(reader(identity, "the file of identities"));
        }
        try {
            return Channels.newInputStream(
                    new StandardDecryptingChannelFactory().newDecryptingChannel(Channels.newChannel(from), readers));
        } catch (GeneralSecurityException e) {
            throw new BackupFailure(
                    "none of these identities can decrypt it: it was encrypted for somebody else's, or its"
                            + " beginning is damaged",
                    e);
        }
    }
}
