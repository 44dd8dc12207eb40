package chatd.client;

import chatd.client.net.Address;
import chatd.client.net.ClientFailure;
import chatd.client.net.KnownHosts;
import chatd.client.net.Link;
import chatd.client.net.UnknownServer;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.LoginExchange;
import chatd.protocol.value.Secret;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.Optional;

/**
 * The dialogue before a session: trusting the server, the password, a new one, registering. Runs on the user's thread.
 */
final class Dialogue {
    static final String RULES = "It must have at least 8 characters and at most 32 bytes, and be neither your name,"
            + " nor the old one, nor one of the most common.";

    private static final int ATTEMPTS = 5;
    private static final int PASSWORD_BYTES = 32;

    private final Screen screen;
    private final Presenter presenter;
    private final Address address;
    private final String user;
    private final Link.To server;
    private final KnownHosts known;
    private Optional<Secret> last = Optional.empty();

    Dialogue(Screen screen, Presenter presenter, Address address, String user, Link.To server, KnownHosts known) {
        this.screen = screen;
        this.presenter = presenter;
        this.address = address;
        this.user = user;
        this.server = server;
        this.known = known;
    }

    String user() {
        return user;
    }

    /** A successful login, and the password that it used. */
    record Entered(LoginExchange.In in, Secret password) {}

    private interface Attempt<T> {
        T run() throws UnknownServer;
    }

    /**
     * Runs an attempt that connects; if no authority vouches for the server, asks the user whether to trust it, and
     * retries once.
     *
     * @throws ClientFailure if the user says no, or nobody can be asked
     */
    private <T> T knowing(Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (UnknownServer unknown) {
            accept(unknown);
        }
        try {
            return attempt.run();
        } catch (UnknownServer another) {
            throw refusal(address, another);
        }
    }

    /** Returns the failure for an unknown server when nobody can be asked. */
    static ClientFailure refusal(Address address, UnknownServer unknown) {
        return new ClientFailure(
                ClientFailure.NO_SERVER,
                "Nobody vouches for the server's certificate. Its key has the fingerprint\n" + unknown.fingerprint()
                        + "\nIf the administrator of " + address.host()
                        + " confirms it (`chat-admin cert show`), name it"
                        + " with --fingerprint, or the authority that vouches for it with --ca FILE.");
    }

    private void accept(UnknownServer unknown) {
        if (!screen.isAsking()) {
            throw refusal(address, unknown);
        }
        presenter.notice("No authority that this machine trusts vouches for " + address.server()
                + ". The fingerprint of its key (SHA-256) is\n\n" + unknown.fingerprint()
                + "\n\nCompare all of it with what the administrator reads out (`chat-admin cert show`).");
        if (!screen.confirm("Is it the same? It will be remembered.")) {
            throw new ClientFailure(ClientFailure.NO_SERVER, "Not connected: nothing was sent.");
        }
        try {
            known.remember(address, unknown.fingerprint());
        } catch (IOException e) {
            throw new ClientFailure(ClientFailure.NO_SERVER, "The server can't be remembered: " + e.getMessage() + ".");
        }
    }

    /**
     * Logs in, after registering or changing the password if that is needed.
     *
     * @param given the password; if empty, the last one, else the user is asked
     * @throws ClientFailure if the login is refused for good, or the user gives up
     */
    Entered logIn(Optional<Secret> given) {
        Secret password = given.or(() -> last).orElseGet(() -> {
            // Check before the password is typed that the server answers and is trusted.
            knowing(() -> {
                server.connect().close();
                return true;
            });
            return ask();
        });
        LoginExchange login = new LoginExchange(server, user);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Secret tried = password;
            switch (knowing(() -> login.logIn(tried))) {
                case LoginExchange.In in -> {
                    last = Optional.of(tried);
                    return new Entered(in, tried);
                }
                case LoginExchange.Refused(LoginExchange.Reason reason, String text) ->
                    password = switch (reason) {
                        case WRONG_PASSWORD -> again(text);
                        case MUST_CHANGE -> change(login, tried);
                        case NO_SUCH_USER -> offer(login, text);
                        default -> throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, text);
                    };
                case LoginExchange.Done done -> throw new IllegalStateException("unexpected answer to a login");
            }
        }
        throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, "Too many attempts.");
    }

    /** Sets the password for later logins. */
    void remember(Secret password) {
        last = Optional.of(password);
    }

    private Secret again(String why) {
        if (!screen.isAsking()) {
            throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, why);
        }
        presenter.notice(why);
        return ask();
    }

    private Secret ask() {
        while (true) {
            Secret password = screen.readSecret("Password of " + SafeText.line(user) + ": ")
                    .map(Secret::of)
                    .orElseThrow(Dialogue::gaveUp);
            if (password.length() <= PASSWORD_BYTES) {
                return password;
            }
            presenter.notice("No password has more than 32 bytes.");
        }
    }

    private static ClientFailure gaveUp() {
        return new ClientFailure(
                ClientFailure.LOG_IN_REFUSED,
                "No password was given. Without a terminal it comes from --password-file, --password-command or"
                        + " --password-stdin.");
    }

    /** Makes the user change the password; returns the new one. */
    private Secret change(LoginExchange login, Secret old) {
        presenter.notice("The password that you were given is good for one thing: to choose your own. " + RULES
                + " Nobody else will know it, not even the administrator.");
        return accepted(chosen -> login.changePassword(old, chosen), "The password has been changed.")
                .orElseThrow(Dialogue::gaveUp);
    }

    private interface Setting {
        LoginExchange.Answer set(Secret chosen) throws UnknownServer;
    }

    /** Asks for a new password until the server accepts one; returns empty if the user gives up. */
    private Optional<Secret> accepted(Setting setting, String done) {
        while (true) {
            Optional<Secret> chosen = choose();
            if (chosen.isEmpty()) {
                return chosen;
            }
            switch (knowing(() -> setting.set(chosen.get()))) {
                case LoginExchange.Done taken -> {
                    presenter.notice(done);
                    return chosen;
                }
                case LoginExchange.Refused(LoginExchange.Reason reason, String text)
                when reason == LoginExchange.Reason.BAD_PASSWORD ->
                    presenter.notice("The server does not accept it. " + RULES + " Choose another:");
                case LoginExchange.Refused(LoginExchange.Reason reason, String text) ->
                    throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, text);
                case LoginExchange.In in -> throw new IllegalStateException("unexpected answer to a new password");
            }
        }
    }

    /** Asks for a new password twice, until both entries match; returns empty if the user gives up. */
    Optional<Secret> choose() {
        while (true) {
            Optional<String> once = screen.readSecret("New password: ");
            if (once.isEmpty()) {
                return Optional.empty();
            }
            Secret secret = Secret.of(once.get());
            if (secret.length() > PASSWORD_BYTES) {
                presenter.notice("That has " + secret.length() + " bytes; the maximum is 32.");
                continue;
            }
            Optional<String> again = screen.readSecret("Once more: ");
            if (again.isEmpty()) {
                return Optional.empty();
            }
            if (once.get().equals(again.get())) {
                return Optional.of(secret);
            }
            presenter.notice("The passwords do not match. Try again:");
        }
    }

    private Secret offer(LoginExchange login, String why) {
        if (!screen.isAsking()) {
            throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, why);
        }
        if (!screen.confirm(SafeText.line(why) + " Create this account?")) {
            throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, why);
        }
        return register(login).orElseThrow(Dialogue::gaveUp);
    }

    private Optional<Secret> register(LoginExchange login) {
        presenter.notice("Choose a password. " + RULES);
        return accepted(login::register, "The account " + login.user() + " has been created.");
    }

    /** Registers another account from within a session. */
    void register(String name) {
        Main.checkName(name);
        register(new LoginExchange(server, name));
    }
}
