package chatd.daemon.net;

import chatd.daemon.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

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
            BasicFileAttributes there = Files.readAttributes(file, BasicFileAttributes.class);
            return file + " " + there.lastModifiedTime() + " " + there.size() + " " + there.fileKey();
        } catch (IOException e) {
            return file + " " + e.getClass().getSimpleName();
        }
    }
}
