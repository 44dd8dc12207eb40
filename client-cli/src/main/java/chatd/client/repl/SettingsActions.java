package chatd.client.repl;

import chatd.client.net.UnknownServer;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.ChatSession;
import chatd.client.talk.Preferences;
import chatd.client.talk.Setting;
import chatd.client.talk.request.Privacy;
import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands that show and change the settings kept on the server. On the user's thread. */
final class SettingsActions {
    private final Screen screen;
    private final Presenter presenter;

    SettingsActions(Screen screen, Presenter presenter) {
        this.screen = screen;
        this.presenter = presenter;
    }

    void ignored(ChatSession session) {
        List<String> ignored = session.preferences().ignored();
        presenter.notice(ignored.isEmpty() ? "You ignore nobody." : "You ignore: " + String.join(", ", ignored));
    }

    /** Hides what somebody writes, or shows it again. */
    void ignore(ChatSession session, String who) throws IOException, InterruptedException, UnknownServer {
        boolean wasIgnored = session.preferences().ignored().contains(who);
        boolean isDone = change(session, read -> {
            List<String> names = new ArrayList<>(read.ignored());
            names.remove(who);
            if (!wasIgnored) {
                names.add(who);
            }
            return read.ignoring(names);
        });
        if (isDone) {
            presenter.notice(
                    wasIgnored
                            ? "Messages from " + who + " are shown again."
                            : "Messages from " + who + " are hidden. /ignore " + who + " shows them again.");
        }
    }

    private boolean change(ChatSession session, UnaryOperator<Preferences> change)
            throws IOException, InterruptedException, UnknownServer {
        boolean isForeign = session.preferences().isForeign();
        boolean mayReplace = isForeign
                && screen.confirm("Your settings on the server are another program's, not JSON. Replace them?");
        if (isForeign && !mayReplace) {
            presenter.notice("Nothing was changed.");
            return false;
        }
        boolean isDone = session.change(change, mayReplace);
        if (!isDone) {
            presenter.notice("Nothing was changed: your settings on the server are no longer JSON.");
        }
        return isDone;
    }

    /** @param words a key and its new value; without the value it is shown, without words all are */
    void set(ChatSession session, List<String> words) throws IOException, InterruptedException, UnknownServer {
        if (words.isEmpty()) {
            Stream<String> settings = Arrays.stream(Setting.values()).map(setting -> described(session, setting));
            presenter.page(Stream.concat(
                            settings,
                            ResumedSession.of(session).stream()
                                    .flatMap(numbered -> Arrays.stream(Privacy.Choice.values())
                                            .map(choice -> described(numbered.privacy(), choice))))
                    .collect(Collectors.joining("\n")));
            return;
        }
        Optional<Privacy.Choice> choice = Privacy.Choice.of(words.getFirst());
        Optional<ResumedSession> numbered = ResumedSession.of(session);
        if (choice.isPresent() && numbered.isPresent()) {
            set(numbered.get().privacy(), choice.get(), words.subList(1, words.size()));
            return;
        }
        Optional<Setting> setting = Setting.of(words.getFirst());
        if (setting.isEmpty()) {
            presenter.notice("There is no setting " + words.getFirst() + ". /set lists them.");
        } else if (words.size() == 1) {
            presenter.page(described(session, setting.get()));
        } else if (words.size() > 2 || !setting.get().choices().contains(words.get(1))) {
            presenter.notice(oneOf(setting.get().key(), setting.get().choices()));
        } else if (change(session, read -> read.with(setting.get(), words.get(1)))) {
            presenter.notice("Set: " + setting.get().key() + " is " + words.get(1) + ".");
        }
    }

    /** @param value the new value; without it the choice is shown */
    private void set(Privacy privacy, Privacy.Choice choice, List<String> value)
            throws IOException, InterruptedException {
        if (value.isEmpty()) {
            presenter.page(described(privacy, choice));
        } else if (value.size() > 1 || !choice.options().contains(value.getFirst())) {
            presenter.notice(oneOf(choice.key(), choice.options()));
        } else {
            privacy.change(choice, value.getFirst());
            presenter.notice("Set: " + choice.key() + " is " + value.getFirst() + ", on all your devices.");
        }
    }

    private static String oneOf(String key, List<String> choices) {
        return key + " is one of: " + String.join(", ", choices) + ".";
    }

    private static String described(ChatSession session, Setting setting) {
        return described(setting.key(), session.preferences().get(setting), setting.meaning(), setting.choices());
    }

    private static String described(Privacy privacy, Privacy.Choice choice) {
        return described(choice.key(), privacy.get(choice), choice.meaning(), choice.options());
    }

    private static String described(String key, String value, String meaning, List<String> choices) {
        return "  %-9s %-9s %s: %s".formatted(key, value, meaning, String.join(", ", choices));
    }
}
