package chatd.daemon.login;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Party;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.session.AccountRoster;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Document;
import chatd.protocol.value.Limits;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.Unread;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Makes what a session is told when it is logged in: its account, who is online, and, if its dialect has conversations,
 * friends, requests, groups, unread messages and the limits of this server.
 */
final class Welcomes {
    private final Supplier<Config> config;
    private final String version;
    private final IntSupplier udpPort;
    private final Contacts contacts;
    private final Directory directory;
    private final Restorations restorations;

    Welcomes(FeatureContext context, Restorations restorations) {
        this.config = context.config();
        this.version = context.version();
        this.udpPort = context.udpPort();
        this.contacts = context.contacts();
        this.directory = context.directory();
        this.restorations = restorations;
    }

    /**
     * Returns the welcome of a login that was committed. Called on the journal's thread, before the session is sent
     * anything else.
     *
     * @param displacing whether it ends another session of the account
     */
    SessionEvent.Welcome of(
            LoginProposal login, Change change, Account account, boolean displacing, AccountRoster everybody) {
        Tokens.IssuedToken token = login.request().token();
        return new SessionEvent.Welcome(
                account.number(),
                account.name(),
                change.time(),
                login.lastLogin(),
                displacing,
                everybody.roster(),
                everybody.numbers(),
                new Document(login.snapshot().admitted().settings()),
                token == null ? null : state(login, account, token.secret()));
    }

    private SessionEvent.State state(LoginProposal login, Account account, Secret token) {
        AccountSnapshot snapshot = login.snapshot();
        Devices.IssuedKey remembered = login.request().remembered();
        long number = account.number();
        List<SessionEvent.Request> received = snapshot.received().stream()
                .filter(request -> contacts.received(number).has(request.user()))
                .toList();
        SortedMap<Long, Unread> unread = new TreeMap<>();
        SortedMap<Long, ConversationPreferences> attention = new TreeMap<>();
        for (Party party : snapshot.parties()) {
            long with = Conversation.otherSide(party.conversation(), number);
            if (party.unread().count() > 0) {
                unread.put(with, party.unread());
            }
            if (!party.attention().equals(ConversationPreferences.DEFAULT)) {
                attention.put(with, party.attention());
            }
        }
        SortedMap<Long, String> names = new TreeMap<>();
        Stream.of(
                        received.stream().map(SessionEvent.Request::user),
                        contacts.asked(number).stream(),
                        contacts.blocked(number).stream(),
                        unread.keySet().stream(),
                        attention.keySet().stream())
                .flatMap(Function.identity())
                .filter(other -> other != Conversation.EVERYONE)
                .forEach(other -> names.put(other, directory.nameOf(other)));
        return new SessionEvent.State(
                contacts.friends(number),
                received,
                contacts.asked(number),
                contacts.blocked(number),
                groups(number),
                unread,
                account.preferences(),
                attention,
                names,
                new SessionEvent.Server(
                        version,
                        config.get().mayWriteToEveryone(account.mayWriteToEveryone()),
                        udpPort.getAsInt(),
                        limits(),
                        retention()),
                token,
                remembered == null ? null : remembered.key(),
                snapshot.behind(),
                restorations
                        .lossOf(login.request(), login.lastLogin())
                        .map(lost -> new SessionEvent.Restored(lost.backup(), lost.position(), lost.begins()))
                        .orElse(null));
    }

    private List<SessionEvent.OwnGroup> groups(long account) {
        GroupDirectory groups = directory.groups();
        return groups.groupsOf(account).stream()
                .flatMap(number -> groups.find(number).stream())
                .map(group -> new SessionEvent.OwnGroup(
                        group.number(),
                        group.name(),
                        groups.members(group.number())
                                .find(account)
                                .orElseThrow()
                                .role(),
                        group.closed()))
                .toList();
    }

    private SessionEvent.Retention retention() {
        Config.Retention days = config.get().retention();
        return new SessionEvent.Retention(days.files(), days.direct(), days.group(), days.everyone());
    }

    private Limits limits() {
        Config.Limits limits = config.get().limits();
        Config.Messages messages = config.get().messages();
        return new Limits(
                limits.text(),
                limits.file(),
                limits.recipients(),
                limits.settings(),
                messages.retract().map(Duration::toSeconds).orElse(null),
                messages.correct().map(Duration::toSeconds).orElse(null));
    }
}
