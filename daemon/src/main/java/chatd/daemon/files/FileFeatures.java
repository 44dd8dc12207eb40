package chatd.daemon.files;

import chatd.daemon.journal.FeatureContext;
import chatd.daemon.messages.Messages;

/**
 * The features by which files are sent and fetched, each in its own way, and what they share. Built
 * once.
 */
public final class FileFeatures implements AutoCloseable {
    private final Storage storage;
    private final Files frames;
    private final FilesInPieces pieces;
    private final FilesOverHttp http;
    private final Uploads uploads;
    private final ContentDescriber descriptions;

    public FileFeatures(FeatureContext parts, Messages sending) {
        this.storage = new Storage(parts);
        this.uploads = new Uploads(parts, sending, storage);
        Fetches fetches = new Fetches(parts);
        this.frames = new Files(parts, uploads, fetches);
        this.pieces = new FilesInPieces(parts, uploads, fetches, sending);
        this.http = new FilesOverHttp(parts, uploads, fetches);
        this.descriptions = new ContentDescriber(parts.stores().contents());
    }

    public Storage storage() {
        return storage;
    }

    /** Returns the number of files that are being received. */
    public int uploadsInProgress() {
        return uploads.inProgress();
    }

    /** Returns the files of {@code chat/1}, each in one frame. */
    public Files frames() {
        return frames;
    }

    public FilesInPieces pieces() {
        return pieces;
    }

    public FilesOverHttp http() {
        return http;
    }

    @Override
    public void close() {
        http.close();
        pieces.close();
        descriptions.close();
    }
}
