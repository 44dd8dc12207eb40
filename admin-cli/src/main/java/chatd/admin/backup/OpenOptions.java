package chatd.admin.backup;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Input;
import chatd.audit.Sha256;
import chatd.backup.archive.BackupReader;
import chatd.backup.archive.Encryption;
import chatd.backup.directory.Index;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of commands that read a backup. */
final class OpenOptions {
    @Parameters(paramLabel = "FILE", description = "The backup.")
    private Path file;

    @Option(
            names = "--identity",
            paramLabel = "FILE",
            description = "The secret key of age that decrypts it, in a file as age-keygen writes it; may be repeated.")
    private List<Path> identities = List.of();

    Path file() {
        return Input.requireReadable(file);
    }

    /** Returns the secret keys in the named files. */
    List<String> identities() throws IOException {
        if (identities.isEmpty() && BackupReader.isEncrypted(file())) {
            throw new CommandFailure(
                    Exit.USAGE, file + " is encrypted: name the file with the secret key with --identity FILE.");
        }
        List<String> all = new ArrayList<>();
        for (Path each : identities) {
            all.addAll(Encryption.identities(Input.requireReadable(each)));
        }
        return all;
    }

    /**
     * Returns the SHA-256 of the backup's file, in hexadecimal.
     *
     * @throws CommandFailure if its index, or that of a file it needs, has another
     */
    String sha256() throws IOException {
        String digest = sha256(file);
        requireAsNoted(file, digest);
        Path index = Index.of(file);
        if (Files.exists(index)) {
            for (String need : Index.read(index).needs()) {
                Path other = file.resolveSibling(need);
                if (Files.exists(other)) {
                    requireAsNoted(other, sha256(other));
                }
            }
        }
        return digest;
    }

    private static void requireAsNoted(Path file, String digest) throws IOException {
        Path index = Index.of(file);
        if (Files.exists(index) && !Index.read(index).sha256().equals(digest)) {
            throw new CommandFailure(
                    Exit.FAILED, file + " is not as it was made: its SHA-256 is not that in " + index + ".");
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
