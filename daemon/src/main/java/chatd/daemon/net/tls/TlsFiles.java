package chatd.daemon.net.tls;

import chatd.daemon.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The files of a certificate as they are at a moment: two are equal where nothing was written or replaced in between,
 * nor what a link points to.
 */
record TlsFiles(List<String> states) {
    static TlsFiles of(Config.Tls config) {
        List<Path> files = new ArrayList<>(List.of(config.certificate(), config.key()));
        config.clientCa().ifPresent(files::add);
        return new TlsFiles(files.stream().map(TlsFiles::state).toList());
    }

    private static String state(Path file) {
        try {
            // The last tells of other permissions, too.
            return file + " " + new TreeMap<>(Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime"));
        } catch (IOException e) {
            return file + " " + e.getClass().getSimpleName();
        }
    }
}
