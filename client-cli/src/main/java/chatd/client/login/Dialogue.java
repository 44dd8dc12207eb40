package chatd.client.login;

import chatd.client.input.SizeLimits;
import chatd.client.net.Address;
import chatd.client.net.ClientFailure;
import chatd.client.net.DeviceKey;
import chatd.client.net.KnownHosts;
import chatd.client.net.Link;
import chatd.client.net.UnknownServer;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.exchange.LoginExchange;
import chatd.protocol.value.Secret;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The dialogue before a session: trusting the server, entering or changing the password, registering. Runs on the
 * user's thread.
 */
public final class Dialogue {
    public static final String RULES =
            "It must have at least 8 characters and at most 32 bytes, and be neither your name,"
                    + " nor the old one, nor one of the most common passwords.";

    private static final int MAX_ATTEMPTS = 5;
    private static final int MAX_PASSWORD_BYTES = 32;
    private static final int MIN_CHARACTERS = 8;

    private final Screen screen;
    private final Presenter presenter;
    private final Address address;
    private final Link.Connector server;
    private final LoginExchange login;
    private final KnownHosts known;
    private final Optional<DeviceKey> device;
    private final String user;
    private Optional<Secret> lastPassword = Optional.empty();

    /** @param device the key of this device; empty if it has none */
    public Dialogue(
            Screen screen,
            Presenter presenter,
            Address address,
            Link.Connector server,
            LoginExchange login,
            KnownHosts known,
            Optional<DeviceKey> device) {
        this.screen = screen;
        this.presenter = presenter;
        this.address = address;
        this.server = server;
        this.login = login;
        this.known = known;
        this.device = device;
        this.user = login.user();
    }

    public String user() {
        return user;
    }

    /** A successful login, and the password that it used; null if it was a key. */
    public record LoginResult(
            LoginExchange.LoggedIn in, @Nullable Secret password) {}

    private interface Attempt<T> {
        T run() throws UnknownServer;
    }

    /**
     * Runs an attempt that connects; if no authority vouches for the server, asks the user whether to trust it, and
     * retries once.
     *
     * @throws ClientFailure if the user says no, or nobody can be asked
     */
    private <T> T withTrust(Attempt<T> attempt) {
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
    public static ClientFailure refusal(Address address, UnknownServer unknown) {
        return new ClientFailure(
                ClientFailure.NO_SERVER,
                "Nobody vouches for the server's certificate. Its key has the fingerprint\n" + unknown.fingerprint()
                        + "\nIf the administrator of " + address.host()
                        + " confirms it (`chat-admin cert show`), name it"
                        + " with --fingerprint, or the authority that vouches for it with --ca FILE.");
    }

    private void accept(UnknownServer unknown) {
        if (!screen.isInteractive()) {
            throw refusal(address, unknown);
        }
        presenter.notice("No authority that this machine trusts vouches for " + address.server()
                + ". The fingerprint of its key (SHA-256) is\n\n" + unknown.fingerprint()
                + "\n\nCompare all of it with what the administrator reads out (`chat-admin cert show`).");
        if (!screen.confirm("Is it the same? It will be remembered.")) {
            throw new ClientFailure(ClientFailure.NO_SERVER, "Not connected: the server's key was not accepted.");
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
     * @param given the password; if empty, the last one is used, and if there is none, the user is asked
     * @throws ClientFailure if the login is refused for good, or the user gives up
     */
    public LoginResult logIn(Optional<Secret> given) {
        LoginExchange.LoggedIn remembered = given.or(() -> lastPassword).isPresent() ? null : byKey();
        if (remembered != null) {
            return new LoginResult(remembered, null);
        }
        Secret password = given.or(() -> lastPassword).orElseGet(() -> {
            // Check before the password is typed that the server answers and is trusted.
            withTrust(() -> {
                server.connect().close();
                return true;
            });
            return askPassword();
        });
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Secret tried = password;
            switch (withTrust(() -> login.logIn(tried))) {
                case LoginExchange.LoggedIn in -> {
                    lastPassword = Optional.of(tried);
                    return new LoginResult(in, tried);
                }
                case LoginExchange.Refused(LoginExchange.Reason reason, String text) ->
                    password = switch (reason) {
                        case WRONG_PASSWORD -> askAgain(text);
                        case MUST_CHANGE -> changePassword(login, tried);
                        case NO_SUCH_USER -> offerRegistration(login, text);
                        default -> throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, text);
                    };
                case LoginExchange.Done done -> throw new IllegalStateException("unexpected answer to a login");
            }
        }
        throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, "Too many attempts.");
    }

    /** Logs in with the key of this device; returns null if there is none, or the server does not accept it. */
    private LoginExchange.@Nullable LoggedIn byKey() {
        Optional<Secret> key = device.flatMap(DeviceKey::key);
        if (key.isEmpty()) {
            return null;
        }
        return switch (withTrust(() -> login.logInByKey(key.get()))) {
            case LoginExchange.LoggedIn in -> in;
            case LoginExchange.Refused(LoginExchange.Reason reason, String text)
            when reason == LoginExchange.Reason.WRONG_PASSWORD -> {
                forget();
                presenter.notice("The server no longer remembers this device.");
                yield null;
            }
            case LoginExchange.Refused(LoginExchange.Reason reason, String text) ->
                throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, text);
            case LoginExchange.Done done -> throw new IllegalStateException("unexpected answer to a login");
        };
    }

    /** Deletes the key of this device. */
    public void forget() {
        try {
            if (device.isPresent()) {
                device.get().forget();
            }
        } catch (IOException e) {
            throw new ClientFailure(ClientFailure.FAILED, "The key can't be deleted: " + e.getMessage() + ".");
        }
    }

    /** Sets the password for later logins. */
    public void remember(Secret password) {
        lastPassword = Optional.of(password);
    }

    private Secret askAgain(String why) {
        if (!screen.isInteractive()) {
            throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, why);
        }
        presenter.notice(why);
        return askPassword();
    }

    private Secret askPassword() {
        while (true) {
            Secret password = screen.readSecret("Password of " + SafeText.line(user) + ": ")
                    .map(Secret::of)
                    .orElseThrow(this::gaveUp);
            if (password.length() <= MAX_PASSWORD_BYTES) {
                return password;
            }
            presenter.notice("No password has more than 32 bytes.");
        }
    }

    private ClientFailure gaveUp() {
        if (screen.isInteractive()) {
            // Ctrl-C or Ctrl-D: the user knows.
            return new ClientFailure(ClientFailure.INTERRUPTED, "");
        }
        return new ClientFailure(
                ClientFailure.LOG_IN_REFUSED,
                "No password was given. Without a terminal it comes from --password-file, --password-command or"
                        + " --password-stdin.");
    }

    /** Makes the user change the password; returns the new one. */
    private Secret changePassword(LoginExchange login, Secret old) {
        presenter.notice("The password that you were given is good for one thing: to choose your own. " + RULES
                + " Nobody else will know it, not even the administrator.");
        return setNewPassword(
                        Optional.of(old), chosen -> login.changePassword(old, chosen), "The password has been changed.")
                .orElseThrow(this::gaveUp);
    }

    private interface Setting {
        LoginExchange.Answer set(Secret chosen) throws UnknownServer;
    }

    /** Asks for a new password until the server accepts one; returns empty if the user gives up. */
    private Optional<Secret> setNewPassword(Optional<Secret> old, Setting setting, String done) {
        while (true) {
            Optional<Secret> chosen = chooseNewPassword(old);
            if (chosen.isEmpty()) {
                return chosen;
            }
            switch (withTrust(() -> setting.set(chosen.get()))) {
                case LoginExchange.Done taken -> {
                    presenter.notice(done);
                    return chosen;
                }
                case LoginExchange.Refused(LoginExchange.Reason reason, String text)
                when reason == LoginExchange.Reason.BAD_PASSWORD ->
                    presenter.notice("The server does not accept it: it is one of the most common passwords, or too"
                            + " like your name. Choose another:");
                case LoginExchange.Refused(LoginExchange.Reason reason, String text) ->
                    throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, text);
                case LoginExchange.LoggedIn in ->
                    throw new IllegalStateException("unexpected answer to a new password");
            }
        }
    }

    /**
     * Asks for a new password twice, until it breaks no rule that can be judged here and both entries match; returns
     * empty if the user gives up.
     *
     * @param old the present password, if there is one
     */
    public Optional<Secret> chooseNewPassword(Optional<Secret> old) {
        while (true) {
            Optional<String> once = screen.readSecret("New password: ");
            if (once.isEmpty()) {
                return Optional.empty();
            }
            Secret secret = Secret.of(once.get());
            String broken = brokenRule(once.get(), secret, old);
            if (!broken.isEmpty()) {
                presenter.notice(broken + " Choose another:");
                continue;
            }
            Optional<String> again = screen.readSecret("Repeat it: ");
            if (again.isEmpty()) {
                return Optional.empty();
            }
            if (once.get().equals(again.get())) {
                return Optional.of(secret);
            }
            presenter.notice("The passwords do not match. Try again:");
        }
    }

    /** Returns the rule that a new password breaks, a sentence; empty if it breaks none that can be judged here. */
    private String brokenRule(String typed, Secret chosen, Optional<Secret> old) {
        int characters = typed.codePointCount(0, typed.length());
        if (characters < MIN_CHARACTERS) {
            return "That has " + characters + " characters; at least " + MIN_CHARACTERS + " are needed.";
        }
        if (chosen.length() > MAX_PASSWORD_BYTES) {
            return "That has " + chosen.length() + " bytes; the maximum is " + MAX_PASSWORD_BYTES + ".";
        }
        if (typed.equalsIgnoreCase(user)) {
            return "That is your name.";
        }
        if (old.isPresent() && Arrays.equals(old.get().bytes(), chosen.bytes())) {
            return "That is the old password.";
        }
        return "";
    }

    private Secret offerRegistration(LoginExchange login, String why) {
        if (!screen.isInteractive()) {
            throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, why);
        }
        if (!screen.confirm(SafeText.line(why) + " Create this account?")) {
            throw new ClientFailure(ClientFailure.LOG_IN_REFUSED, why);
        }
        return register(login).orElseThrow(this::gaveUp);
    }

    private Optional<Secret> register(LoginExchange login) {
        presenter.notice("Choose a password. " + RULES);
        return setNewPassword(Optional.empty(), login::register, "The account " + login.user() + " has been created.");
    }

    /** Registers another account from within a session. */
    public void register(String name) {
        SizeLimits.checkName(name);
        register(login.as(name));
    }
}
