package chatd.daemon.net.tls;

import chatd.daemon.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Snapshot of the state of a certificate's files: two snapshots are equal if no file, or target of a link, was written
 * or replaced in between, and the same implementation of TLS is to use them.
 */
record TlsFiles(List<String> states, String provider) {
    static TlsFiles of(Config.Tls config) {
        List<Path> files = new ArrayList<>(List.of(config.certificate(), config.key()));
        config.clientCa().ifPresent(files::add);
        return new TlsFiles(files.stream().map(TlsFiles::state).toList(), config.provider());
    }

    private static String state(Path file) {
        try {
            // The ctime also reveals changed permissions.
            return file + " " + new TreeMap<>(Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime"));
        } catch (IOException e) {
            return file + " " + e.getClass().getSimpleName();
        }
    }
}
