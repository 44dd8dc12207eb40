package chatd.doctor.check;

import chatd.admin.api.SearchCalls;
import chatd.admin.api.SystemCalls;
import chatd.daemon.store.read.StorageStore;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Subject;
import chatd.text.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Checks the index, and contents of files. */
final class StoredCheck implements Check {
    /** Messages by which the index may be behind: what comes within some seconds. */
    private static final long BEHIND = 100_000;

    /** Bytes that uploads under way may have together. */
    private static final long UNDER_WAY = 1L << 30;

    @Override
    public Topic topic() {
        return Topic.INDEX;
    }

    @Override
    public List<Finding> look(Subject subject) {
        List<Finding> found = new ArrayList<>();
        found.add(index(subject));
        if (subject.database().isPresent()) {
            found.add(contents(subject));
        }
        return found;
    }

    private static Finding index(Subject subject) {
        Path directory = subject.config().search().directory();
        boolean serves = subject.daemon()
                .filter(running -> !running.identity().state().equals(SystemCalls.STARTING))
                .isPresent();
        if (!serves) {
            return Topic.INDEX.ok(
                    Files.isDirectory(directory)
                            ? "It is in " + directory + "; the daemon checks it when it opens it."
                            : "There is none yet: the daemon builds it.");
        }
        SearchCalls.Status status = subject.link().call(SearchCalls.STATUS);
        long behind = status.newest() - status.upTo();
        return behind > BEHIND
                ? Topic.INDEX.advice(
                        "It is behind by " + behind + " messages (" + status.state() + ").",
                        "Wait; see whether it goes on.",
                        "chat-admin search status")
                : Topic.INDEX.ok(status.state().substring(0, 1).toUpperCase(Locale.ROOT)
                        + status.state().substring(1) + ", " + Size.of(status.bytes()) + ".");
    }

    private static Finding contents(Subject subject) {
        StorageStore.Stored unused = new StorageStore(subject.database().orElseThrow()).unused();
        String shown = unused.files() + " contents of files, of " + Size.of(unused.bytes())
                + ", are not referred to; those being uploaded are among them";
        return subject.daemon().isPresent() && unused.bytes() > UNDER_WAY
                ? Topic.CONTENTS.advice(
                        shown + ".",
                        "If nobody uploads anything: the next start removes them.",
                        "systemctl restart chatd")
                : Topic.CONTENTS.ok(unused.files() == 0 ? "Each is referred to by a file." : shown + ".");
    }
}
