package chatd.client.repl;

import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.ChatSession;
import chatd.client.talk.resume.ResumedSession;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jline.utils.Levenshtein;
import org.jspecify.annotations.Nullable;

/** To whom plain text goes, as the prompt shows it. Set on the user's thread; read by any. */
final class Target {
    private final Screen screen;
    private final Presenter presenter;
    private final DirectTalk direct;
    private final Supplier<ChatSession> session;

    /** An empty list means everyone, null nobody. */
    private volatile @Nullable List<String> names;

    /** What the user is called. */
    private volatile String me = "";

    Target(Screen screen, Presenter presenter, DirectTalk direct, Supplier<ChatSession> session) {
        this.screen = screen;
        this.presenter = presenter;
        this.direct = direct;
        this.session = session;
    }

    /** Returns the names of the recipients: none means everyone, null nobody. */
    @Nullable
    List<String> names() {
        return names;
    }

    /** Returns whether plain text goes to a direct session instead. */
    boolean isDirect() {
        return direct.isTarget();
    }

    void set(List<String> recipients) {
        names = recipients;
    }

    /** Returns what the user is called. */
    String me() {
        return me;
    }

    void me(String name) {
        me = name;
    }

    /** Goes on talking to somebody who has another name now. */
    void renamed(String was, String to) {
        me = me.equals(was) ? to : me;
        List<String> now = names;
        if (now != null && now.contains(was)) {
            names = now.stream().map(name -> name.equals(was) ? to : name).toList();
            screen.prompt(prompt() + "> ");
        }
    }

    /** Returns what the prompt shows. */
    String prompt() {
        Optional<String> directly = direct.prompt();
        if (directly.isPresent()) {
            return SafeText.line(directly.get());
        }
        List<String> to = names;
        if (to == null) {
            return "(nobody)";
        }
        return to.isEmpty() ? "(everyone)" : SafeText.line(shortened(to));
    }

    /** Returns some of the names, and how many more there are. */
    String shortened(List<String> to) {
        ChatSession now = session.get();
        return to.size() <= 3
                ? to.stream().map(now::label).collect(Collectors.joining(", "))
                : now.label(to.getFirst()) + " and " + (to.size() - 1) + " more";
    }

    /** Returns those of the names that somebody has, and says which nobody has; an empty list means everyone. */
    List<String> known(List<String> typed) throws IOException, InterruptedException {
        ChatSession.Recipients recipients = session.get().recipients(typed);
        for (String name : recipients.unknown()) {
            String near = session.get().candidates(name).stream()
                    .filter(known -> Levenshtein.distance(known, name) <= 1 || known.equalsIgnoreCase(name))
                    .findFirst()
                    .map(known -> "; did you mean " + known + "?")
                    .orElse(". /who PART finds users.");
            String hint = session.get() instanceof ResumedSession numbered
                    ? numbered.groups().hint(name)
                    : "";
            presenter.notice("There is no user called " + name + near + hint);
        }
        return recipients.known();
    }

    /** Picks the recipients of what is typed; if one is unknown, it goes to nobody, rather than to those before. */
    void turn(List<String> typed) throws IOException, InterruptedException {
        names = null;
        List<String> all = known(typed);
        if (all.size() == typed.size()) {
            names = all;
        }
    }
}
