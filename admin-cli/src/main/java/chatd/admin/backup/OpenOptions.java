package chatd.admin.backup;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Input;
import chatd.backup.archive.BackupReader;
import chatd.backup.archive.Encryption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
}
