package chatd.daemon.login;

import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Token;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.session.Session;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a session may log in, by what is true on the journal's thread: the password, the state of the account
 * and the token, and what was read of the account before (ADR 17).
 */
final class LoginProposal implements Proposal<AccountChange> {
    private final Directory directory;
    private final Contacts contacts;
    private final Tokens tokens;
    private final Session session;
    private final LoginRequest request;
    private final AccountSnapshot snapshot;
    private final Authenticator.Admitted admitted;
    private final @Nullable String rehashed;

    /** Null if its dialect has none. */
    private final @Nullable Token token;

    /** Time of the previous login; set by {@link #decide}. */
    private Optional<Instant> lastLogin = Optional.empty();

    /** @param rehashed as in {@link Effect.LoggedIn} */
    LoginProposal(
            FeatureContext context,
            Tokens tokens,
            Session session,
            LoginRequest request,
            AccountSnapshot snapshot,
            @Nullable String rehashed) {
        this.directory = context.directory();
        this.contacts = context.contacts();
        this.tokens = tokens;
        this.session = session;
        this.request = request;
        this.snapshot = snapshot;
        this.admitted = snapshot.admitted();
        this.rehashed = rehashed;
        this.token = Optional.ofNullable(request.token())
                .map(Tokens.IssuedToken::token)
                .map(found -> request.isResumed() ? found : found.beginningAfter(snapshot.upTo()))
                .orElse(null);
    }

    /** Thrown if what was read of the account is out of date. */
    static final class Outdated extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Outdated() {
            super("overtaken", null, false, false);
        }
    }

    @Override
    public long sender() {
        return admitted.account().number();
    }

    @Override
    public Batching batching() {
        return new Batching.ChangeOf(admitted.account().number(), false);
    }

    @Override
    public long bytes() {
        return 1_000;
    }

    @Override
    public AccountChange decide(Numbers numbers, Instant now) {
        Account account = directory.require(admitted.account().number());
        if (directory.passwordGeneration(account.number()) != admitted.passwordGeneration()
                || account.state() != Account.State.ACTIVE) {
            throw new Authenticator.Overtaken(
                    account.state() == Account.State.ACTIVE ? Code.WRONG_PASSWORD : Code.DISABLED);
        }
        if (request.isResumed()
                && token != null
                && !tokens.isValid(token, directory.passwordGeneration(account.number()))) {
            throw new Authenticator.Overtaken(Code.WRONG_PASSWORD);
        }
        if (directory.settingsGeneration(account.number()) != admitted.settingsGeneration() || lacksRequests()) {
            throw new Outdated();
        }
        lastLogin = account.lastLogin().map(Account.Login::time);
        Origin origin = session.origin();
        return new AccountChange(
                Change.own(
                        origin,
                        numbers.nextPosition(),
                        account.number(),
                        account.name(),
                        request.isResumed() ? Change.Kind.RESUMED : Change.Kind.LOGIN,
                        now,
                        0),
                new Effect.LoggedIn(
                        origin.address(),
                        origin.port(),
                        admitted.network(),
                        rehashed,
                        request.isResumed() ? null : token,
                        request.remembered() == null
                                ? null
                                : request.remembered().device()));
    }

    /** Returns whether somebody has asked to be a friend since the requests were read. */
    private boolean lacksRequests() {
        Set<Long> read =
                snapshot.received().stream().map(SessionEvent.Request::user).collect(Collectors.toSet());
        return session.dialect().hasConversations()
                && !read.containsAll(contacts.received(admitted.account().number()));
    }

    LoginRequest request() {
        return request;
    }

    AccountSnapshot snapshot() {
        return snapshot;
    }

    @Nullable
    Token token() {
        return token;
    }

    /** Returns the time of the previous login, once it is decided. */
    Optional<Instant> lastLogin() {
        return lastLogin;
    }
}
