package chatd.backup;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupReader;
import chatd.backup.archive.Manifest;
import chatd.backup.data.Loading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The earlier backups that have contents of files for a later one, in the same directory. */
final class EarlierBackups {
    private EarlierBackups() {}

    /**
     * Loads the contents of files that a backup leaves to earlier ones.
     *
     * @param backup where it is
     * @throws BackupFailure if one of the others is missing or damaged
     */
    static void read(Manifest manifest, Path backup, List<String> identities, Loading into) throws IOException {
        for (String name : manifest.needs()) {
            Path earlier = backup.resolveSibling(Path.of(name).getFileName());
            if (!Files.exists(earlier)) {
                throw new BackupFailure(
                        "the backup needs " + earlier + ", which has files that were sent before, and is not there");
            }
            try (BackupReader reader = BackupReader.open(earlier, identities)) {
                Extraction.readContents(reader, into);
            }
        }
    }
}
