package chatd.client.repl;

import chatd.client.input.SizeLimits;
import chatd.client.net.ClientFailure;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.ChatSession;
import chatd.client.talk.Download;
import chatd.client.talk.item.FileToSend;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.value.Media;
import chatd.text.SafeText;
import chatd.text.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files that a person sends, fetches and opens, transferred in the background. Called on the user's thread. */
final class FileActions {
    /** The program that opens a file with the system's default application. */
    private static final String VIEWER = "xdg-open";

    private static final String CANCELLED = "Cancelled.";

    private final Screen screen;
    private final Presenter presenter;
    private final Path downloads;
    private final RunningTransfers running;
    private final Function<List<String>, String> shown;

    /** @param shown returns recipients as they are shown */
    FileActions(
            Screen screen,
            Presenter presenter,
            Path downloads,
            RunningTransfers running,
            Function<List<String>, String> shown) {
        this.running = running;
        this.screen = screen;
        this.presenter = presenter;
        this.downloads = downloads;
        this.shown = shown;
    }

    /**
     * Begins to send files, one after the other; of a folder, those that are directly in it, after a confirmation. All
     * are checked before the first is sent.
     *
     * @param to an empty list means everyone
     */
    void send(ChatSession session, List<String> to, List<Path> paths, boolean picture)
            throws IOException, InterruptedException {
        List<FileToSend> files = new ArrayList<>();
        for (Path path : paths) {
            for (Path one : Files.isDirectory(path) ? filesIn(path) : List.of(path)) {
                files.add(SizeLimits.checkFile(one, picture));
            }
        }
        boolean isFolder = paths.stream().anyMatch(Files::isDirectory);
        if (files.isEmpty()) {
            presenter.notice("There is no file in it. Nothing was sent.");
            return;
        }
        if (isFolder && !isConfirmed(files, to)) {
            presenter.notice("Nothing was sent.");
            return;
        }
        String first = files.getFirst().name();
        running.start(
                "sending " + named(files) + " to " + whom(to), first, cancelAction(session), CANCELLED, progress -> {
                    for (int i = 0; i < files.size(); i++) {
                        FileToSend file = files.get(i);
                        progress.title(
                                file.name() + (files.size() == 1 ? "" : " (%d of %d)".formatted(i + 1, files.size())));
                        session.send(to, file, sent -> progress.updateBytes(sent, file.size()));
                    }
                });
    }

    /** Names a file, or says how many there are. */
    static String named(List<FileToSend> files) {
        return files.size() == 1 ? files.getFirst().name() : files.size() + " files";
    }

    /** Returns how to cancel a transfer: with chat/1, only by closing the connection; null if an interrupt suffices. */
    private static @Nullable Runnable cancelAction(ChatSession session) {
        return session.isNumbered() ? null : () -> session.cut("Cancelled by closing the connection.");
    }

    private String whom(List<String> to) {
        return SafeText.line(to.isEmpty() ? "everyone" : shown.apply(to));
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> Files.isRegularFile(path)
                            && !String.valueOf(path.getFileName()).startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private boolean isConfirmed(List<FileToSend> files, List<String> to) {
        long bytes = files.stream().mapToLong(FileToSend::size).sum();
        return screen.confirm("Send %d %s, %s, to %s?"
                .formatted(files.size(), files.size() == 1 ? "file" : "files", Size.of(bytes), whom(to)));
    }

    void fetch(ChatSession session, long file) throws IOException, InterruptedException {
        fetch(session, file, "file " + file, whole -> {});
    }

    private void fetch(ChatSession session, long file, String title, Consumer<Path> opened)
            throws IOException, InterruptedException {
        running.start("fetching " + title, title, cancelAction(session), CANCELLED, progress -> {
            Path whole;
            try (Download download = new Download(downloads, SafeText::line, progress::updateBytes)) {
                session.fetch(file, download);
                whole = download.whole();
            }
            if (whole != null) {
                presenter.notice("Saved as " + whole);
                opened.accept(whole);
            }
        });
    }

    /** Fetches a file after a confirmation, and opens it in the system's viewer. */
    void open(ResumedSession session, long file) throws IOException, InterruptedException {
        ResumedSession.FileFacts facts = facts(session, file);
        String kind = facts.media().equals(Media.OTHER) ? "" : facts.media() + ", ";
        if (!screen.confirm("Open %s (%s%s) with this system's viewer?"
                .formatted(SafeText.line(facts.name()), SafeText.line(kind), Size.of(facts.size())))) {
            presenter.notice("It was not opened; /fetch " + file + " saves it.");
            return;
        }
        fetch(session, file, facts.name(), FileActions::view);
    }

    /** Asks on a virtual thread, which Ctrl-C can interrupt while the server does not answer. */
    private static ResumedSession.FileFacts facts(ResumedSession session, long file)
            throws IOException, InterruptedException {
        FutureTask<ResumedSession.FileFacts> asked = new FutureTask<>(() -> session.facts(file));
        Thread thread = Thread.ofVirtual().start(asked);
        try {
            return asked.get();
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case RuntimeException refused -> throw refused;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    private static void view(Path file) {
        try {
            new ProcessBuilder(VIEWER, file.toAbsolutePath().toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new ClientFailure(
                    ClientFailure.FAILED,
                    "This system has no " + VIEWER + " that could open it (package xdg-utils). Open it by hand.");
        }
    }
}
