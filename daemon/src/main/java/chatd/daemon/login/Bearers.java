package chatd.daemon.login;

import chatd.daemon.directory.Directory;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Token;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.session.Caller;
import chatd.daemon.session.Session;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates HTTP requests, by the token of a session or by the cookie that stands for it (page
 * {@code chat-json-1.md}, "Files over HTTP"). Any thread; does not block.
 */
public final class Bearers {
    private static final String DIALECT = "http";

    private final Tokens tokens;
    private final Authenticator authenticator;
    private final Directory directory;

    public Bearers(Tokens tokens, Authenticator authenticator, Directory directory) {
        this.tokens = tokens;
        this.authenticator = authenticator;
        this.directory = directory;
    }

    /**
     * Returns the sender of a request with a token.
     *
     * @throws Refusal {@link Code#NOT_LOGGED_IN} if the token is not valid;
     *     {@link Code#NOT_ALLOWED} if the certificate of the client is for another account
     */
    public Bearer byToken(Session connection, Secret secret) {
        return bearer(connection, tokens.find(secret));
    }

    /**
     * As {@link #byToken}, by the first of these cookies that is valid: other services on the host
     * may set cookies of the same name.
     */
    public Bearer byCookie(Session connection, List<Secret> cookies) {
        return bearer(
                connection,
                cookies.stream()
                        .map(tokens::findByCookie)
                        .flatMap(Optional::stream)
                        .findFirst());
    }

    private Bearer bearer(Session connection, Optional<Token> token) {
        Bearer bearer = token.map(found -> new Bearer(connection, found))
                .filter(Bearer::isValid)
                .orElseThrow(() -> {
                    authenticator.logRefusal(connection, "login", "", Optional.empty(), Code.NOT_LOGGED_IN);
                    return new Refusal(Code.NOT_LOGGED_IN, "The token is no longer valid. Log in again.");
                });
        authenticator.checkCertificate(connection, bearer.name());
        return bearer;
    }

    /** Returns a new cookie that stands for the token of a request. */
    public Secret cookie(Bearer bearer) {
        return tokens.cookie(bearer.token);
    }

    /** The sender of a request, as long as the token is valid. */
    public final class Bearer implements Caller {
        private final Session connection;
        private final Token token;

        private Bearer(Session connection, Token token) {
            this.connection = connection;
            this.token = token;
        }

        /** Returns whether the token is still valid: its session may have been ended meanwhile. */
        public boolean isValid() {
            return tokens.isValid(token, directory.passwordGeneration(token.account()))
                    && directory
                            .findExisting(token.account())
                            .filter(account -> account.state() == Account.State.ACTIVE)
                            .isPresent();
        }

        @Override
        public Origin origin() {
            return new Origin(connection.id(), DIALECT, connection.addressText(), connection.port());
        }

        @Override
        public InetAddress address() {
            return connection.address();
        }

        @Override
        public @Nullable String certificateName() {
            return connection.certificateName();
        }

        @Override
        public boolean isLoggedIn() {
            return true;
        }

        @Override
        public long account() {
            return token.account();
        }

        @Override
        public String name() {
            return directory.nameOf(token.account());
        }

        @Override
        public int countPasswordAttempt() {
            return connection.countPasswordAttempt();
        }

        @Override
        public void resetPasswordAttempts() {
            connection.resetPasswordAttempts();
        }

        @Override
        public boolean hasEnded() {
            return connection.hasEnded();
        }
    }
}
