package chatd.client.repl;

import chatd.client.input.SizeLimits;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.ChatSession;
import chatd.client.talk.item.Item;
import chatd.client.talk.resume.ResumedSession;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The commands that send texts, and that answer, correct, take back and react to messages. On the user's thread. */
final class MessageActions {
    /** Maximum number of lines of a text that is sent without asking. */
    private static final long MAX_UNCONFIRMED_LINES = 3;

    private final Screen screen;
    private final Presenter presenter;
    private final Target target;
    private final ChatJsonActions chatJson;

    MessageActions(Screen screen, Presenter presenter, Target target, ChatJsonActions more) {
        this.screen = screen;
        this.presenter = presenter;
        this.target = target;
        this.chatJson = more;
    }

    /** Sends a text to whoever wrote last; returns false if ↑ is to bring the line back. */
    boolean reply(ChatSession session, String text) throws IOException, InterruptedException {
        String last = presenter.lastSender();
        if (last.isEmpty()) {
            presenter.notice("Nobody has written to you since you logged in. Nothing was sent.");
            return true;
        }
        return say(session, List.of(last), text, 0, false);
    }

    /** Sends an answer to an item, into its conversation; returns false if ↑ is to bring the line back. */
    boolean answer(ResumedSession session, long number, String text) throws IOException, InterruptedException {
        Item item = item(session, number);
        if (item == null) {
            presenter.notice(
                    (number == 0 ? "There is nothing here to answer yet." : noMessage(number)) + " Nothing was sent.");
            return true;
        }
        List<String> to = item.to().orElse(List.of());
        boolean isToAll = item.to().isPresent() && to.isEmpty();
        return say(
                session,
                isToAll || item.isMine() ? to : List.of(item.otherSide(target.me())),
                text,
                item.number(),
                false);
    }

    /**
     * Returns the last item that the user sent to the recipients in the prompt; null if there is none, or in a direct
     * session.
     */
    @Nullable
    Item lastOwn() {
        return target.isDirect() ? null : presenter.lastOwn(target.names());
    }

    /**
     * Returns the last item that the user sent to the current recipients, or the one with this number; tells the user
     * if there is none.
     */
    private @Nullable Item itemOrExplain(ResumedSession session, long number) throws IOException, InterruptedException {
        Item item = number == 0 ? lastOwn() : item(session, number);
        if (item == null) {
            presenter.notice(
                    number == 0
                            ? "You have sent nothing to " + target.prompt()
                                    + " that is shown here. Nothing was done; to choose another message,"
                                    + " give its number, as /history shows it."
                            : noMessage(number) + " Nothing was done.");
        }
        return item;
    }

    /**
     * Returns an item of the user's history: one that was shown lately, or else as the server has it now. Blocks.
     *
     * @param number 0 for the last one that somebody else wrote in the conversation in the prompt
     * @return null if there is none, or if it was taken back
     */
    private @Nullable Item item(ResumedSession session, long number) throws IOException, InterruptedException {
        Item shown = presenter.shown(number, target.names());
        if (shown != null || number == 0) {
            return shown;
        }
        Optional<Item> read = session.histories().item(number);
        read.ifPresent(presenter::remember);
        return read.orElse(null);
    }

    private static String noMessage(long number) {
        return "You have no message #" + number + "; /history and /find show the numbers.";
    }

    /** Shows what was said before and after a message. */
    void around(ResumedSession session, long number) throws IOException, InterruptedException {
        Item item = item(session, number);
        if (item == null) {
            presenter.notice(noMessage(number));
        } else {
            chatJson.around(session, number, item.otherSide(target.me()));
        }
    }

    /**
     * Takes an item back. The server decides whether the user may: in a group, admins may take back what others sent.
     */
    void takeBack(ResumedSession session, long number) throws IOException, InterruptedException {
        Item item = itemOrExplain(session, number);
        if (item != null) {
            presenter.received(chatJson.takeBack(session, item));
        }
    }

    /** Corrects an item of the user's own. */
    void correct(ResumedSession session, long number, String text) throws IOException, InterruptedException {
        Item item = itemOrExplain(session, number);
        if (item != null && !item.isMine()) {
            presenter.notice("Message #" + number + " is not yours. Nothing was done.");
        } else if (item != null) {
            SizeLimits.checkText(text);
            presenter.received(chatJson.correct(session, item, text));
        }
    }

    /** Reacts to an item, or removes the reaction. */
    void react(ResumedSession session, long number, String code, boolean on) throws IOException, InterruptedException {
        Item item = item(session, number);
        if (item == null) {
            presenter.notice(number == 0 ? "There is nothing here to react to yet." : noMessage(number));
            return;
        }
        Item done = chatJson.react(session, item, code, on);
        if (done.number() > 0) {
            presenter.received(done);
        } else {
            presenter.notice(on ? "You have reacted with that already." : "You have no such reaction.");
        }
    }

    /**
     * Sends a text, after a confirmation if it has many lines.
     *
     * @param answered the number of the message that it answers; 0 for none
     * @param isTyped whether the recipients are as the user has typed them, and not as the session names them
     * @return false if it was not sent, and ↑ is to bring the line back
     */
    boolean say(ChatSession session, @Nullable List<String> to, String text, long answered, boolean isTyped)
            throws IOException, InterruptedException {
        if (to == null) {
            return true;
        }
        List<String> known = isTyped || !session.isNumbered() ? target.resolve(to) : to;
        if (known.isEmpty() && !to.isEmpty()) {
            presenter.notice("Nothing was sent; ↑ brings it back.");
            return false;
        }
        SizeLimits.checkText(text);
        long lines = text.lines().count();
        if (lines > MAX_UNCONFIRMED_LINES && screen.isInteractive()) {
            String whom = to.isEmpty() ? "everyone" : target.shortened(known);
            if (!screen.confirm("Send these " + lines + " lines to " + SafeText.line(whom) + " as one text?")) {
                presenter.notice("Not sent; ↑ brings it back.");
                return false;
            }
        }
        if (known.size() < to.size()) {
            presenter.notice("Sending only to " + target.shortened(known) + ".");
        }
        session.say(known, text, answered, "");
        return true;
    }
}
