package chatd.client.talk.resume;

import chatd.client.net.ClientFailure;
import chatd.client.talk.View;
import chatd.client.talk.item.FileToSend;
import chatd.client.talk.item.Outgoing;
import chatd.client.talk.request.OwnAccount;
import chatd.client.talk.request.People;
import chatd.client.talk.request.Requests;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Audience;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.function.LongConsumer;

/** Sends files to several recipients: the bytes once, over HTTP, and then by reference to them. */
final class FileSender {
    private final Requests requests;
    private final People people;
    private final Transfers transfers;
    private final OwnAccount account;
    private final View view;
    private final Clock clock;

    FileSender(Requests requests, People people, Transfers transfers, OwnAccount account, View view, Clock clock) {
        this.requests = requests;
        this.people = people;
        this.transfers = transfers;
        this.account = account;
        this.view = view;
        this.clock = clock;
    }

    /**
     * Sends a file. Blocks until the server has answered.
     *
     * @param id an identifier under which the server stores it once
     */
    Outgoing send(List<String> to, FileToSend file, String id, LongConsumer progress)
            throws IOException, InterruptedException {
        Outgoing mine = new Outgoing(account.name(), to, file.name(), true, 0, clock.instant());
        String first = to.isEmpty() ? "" : to.getFirst();
        String text = Requests.id(id, to, first);
        try {
            // It arrives as what another session of the account sends.
            Transfers.Sent sent = transfers.send(People.wireName(first), file, text, progress);
            for (String other : to.subList(Math.min(1, to.size()), to.size())) {
                again(other, sent.file(), file, Requests.id(id, to, other));
            }
            mine.stored(sent.message());
        } catch (ClientFailure e) {
            mine.refused(e.exit(), e.text());
            throw e;
        }
        return mine;
    }

    /** Sends to somebody else what was just sent, without its bytes. */
    private void again(String to, long number, FileToSend file, String id) throws IOException, InterruptedException {
        SessionEvent.Accepted accepted = requests.request(
                id,
                new FileCommand.ForwardFile(Audience.to(people.user(to)), number, file.isPicture(), 0, id),
                SessionEvent.Accepted.class);
        view.sent(new Outgoing(account.name(), List.of(to), file.name(), true, 0, accepted.time())
                .item()
                .stored(accepted.message(), accepted.time()));
    }
}
