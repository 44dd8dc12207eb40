package chatd.daemon.messages;

import chatd.daemon.directory.Directory;
import chatd.daemon.model.account.Account;
import chatd.text.Mention;
import java.util.List;
import java.util.function.LongPredicate;

/** Finds whom a text mentions, among its receivers. Any thread. */
final class Mentions {
    private final Directory directory;

    Mentions(Directory directory) {
        this.directory = directory;
    }

    /**
     * Returns the accounts that a text mentions, in the order in which it does, each once.
     *
     * @param isReceiver whether an account gets the text
     */
    List<Long> in(String text, LongPredicate isReceiver) {
        return List.copyOf(Mention.in(
                text, typed -> directory.findAsTyped(typed).map(Account::number).filter(isReceiver::test)));
    }
}
