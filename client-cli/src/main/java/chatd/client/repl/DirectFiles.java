package chatd.client.repl;

import chatd.client.direct.DirectSession;
import chatd.client.direct.FileOffer;
import chatd.client.input.SizeLimits;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.Download;
import chatd.client.talk.item.FileToSend;
import chatd.text.SafeText;
import chatd.text.Size;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * The files of a direct session, as a person sends and receives them. Commands come on the user's thread, offers of
 * others on threads of their own; the state is guarded by this object, whose lock is taken before the screen's.
 */
final class DirectFiles {
    /** Maximum number of files that wait for an answer; further ones are declined. */
    private static final int MAX_OFFERED = 8;

    private final Presenter presenter;
    private final Path downloads;
    private final DirectSession session;
    private final LongFunction<String> names;
    private final Clock clock = Clock.systemUTC();

    /** A file that another offers. */
    private record Offered(long user, FileOffer offer) {}

    /** Offers that wait for an answer, the oldest first. */
    @GuardedBy("this")
    private final Deque<Offered> offered = new ArrayDeque<>();

    /** The keys of accepted files: these resume without another question. */
    @GuardedBy("this")
    private final Set<String> agreed = new HashSet<>();

    private final RunningTransfers running;

    /**
     * @param downloads where files are saved
     * @param names of users, by their numbers
     */
    DirectFiles(
            Presenter presenter,
            Path downloads,
            RunningTransfers running,
            DirectSession session,
            LongFunction<String> names) {
        this.running = running;
        this.presenter = presenter;
        this.downloads = downloads;
        this.session = session;
        this.names = names;
    }

    /** Handles an offer: asks the user, but not again for a file that is being resumed. */
    synchronized void handleOffer(long user, FileOffer offer) {
        if (agreed.contains(offer.key())) {
            receive(new Offered(user, offer));
        } else if (offered.size() >= MAX_OFFERED) {
            offer.decline();
        } else {
            offered.add(new Offered(user, offer));
            presenter.notice(names.apply(user) + " wants to send you " + described(offer) + ". y accepts, n declines.");
        }
    }

    /** Answers the oldest offer; returns whether there was one. */
    synchronized boolean answer(boolean agrees) {
        Offered file = offered.poll();
        if (file == null) {
            return false;
        }
        if (agrees) {
            receive(file);
        } else {
            file.offer().decline();
            presenter.notice("You have declined " + SafeText.line(file.offer().name()) + ".");
        }
        return true;
    }

    private static String described(FileOffer offer) {
        return SafeText.line(offer.name()) + " (" + Size.of(offer.size()) + ")";
    }

    /** Receives a file in the background. */
    @GuardedBy("this")
    private void receive(Offered file) {
        FileOffer offer = file.offer();
        agreed.add(offer.key());
        presenter.notice("Receiving " + described(offer) + " from " + names.apply(file.user()) + "…");
        Speed speed = new Speed(clock);
        RunningTransfers.Receiving progress = running.receiving(
                "receiving " + described(offer) + " directly from " + names.apply(file.user()),
                offer.name(),
                offer::cancel);
        Download into = new Download(downloads, SafeText::line, (received, size) -> {
            speed.update(received);
            progress.update(received, size);
        });
        offer.accept(into, (whole, why) -> {
            progress.close();
            presenter.notice(
                    whole == null
                            ? SafeText.line(offer.name()) + " was not received: " + why
                            : "Saved as " + whole + " (" + Size.of(offer.size()) + ", " + speed + ")");
        });
    }

    /** Begins to send files to all in the session, one after the other. */
    void send(List<Path> paths) throws IOException, InterruptedException {
        List<FileToSend> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(SizeLimits.checkFile(path, false));
        }
        List<Long> to = session.connected();
        if (to.isEmpty()) {
            presenter.notice("There is no direct connection at the moment. Nothing was sent.");
            return;
        }
        String first = files.getFirst().name();
        String whom = to.stream().map(names::apply).collect(Collectors.joining(", "));
        running.start(
                "sending " + FileActions.named(files) + " directly to " + whom,
                first,
                null,
                "Cancelled; what has arrived is kept, and sending the file again resumes there.",
                progress -> {
                    for (FileToSend file : files) {
                        for (long user : to) {
                            send(user, file, progress);
                        }
                    }
                });
    }

    private void send(long user, FileToSend file, Screen.Progress progress) throws IOException, InterruptedException {
        String name = names.apply(user);
        presenter.notice("Asking whether " + name + " takes " + SafeText.line(file.name()) + "…");
        progress.title(file.name());
        Speed speed = new Speed(clock);
        boolean isTaken = session.send(user, file, sent -> {
            speed.update(sent);
            progress.updateBytes(sent, file.size());
        });
        presenter.notice(
                isTaken
                        ? name + " has " + file.name() + " (" + Size.of(file.size()) + ", " + speed + ")."
                        : name + " declines " + file.name() + ".");
    }
}
