package chatd.daemon.login;

import static java.util.Objects.requireNonNullElse;

import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.RememberedDevice;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.protocol.Gate;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A user's own sessions and remembered devices: lists them, and ends them (page {@code chat-json-1.md}, type 30). Blocks. */
public final class OwnSessions implements Feature {
    /** Why a session was ended from another one, in the log. */
    static final String WHY_ENDED = "ended from another session";

    /** What the session is told. */
    static final String ENDED = "This session was ended from another one of this account.";

    private final Tokens tokens;
    private final Devices devices;
    private final Sessions sessions;
    private final Clock clock;

    public OwnSessions(FeatureContext parts, Tokens tokens, Devices devices) {
        this.tokens = tokens;
        this.devices = devices;
        this.sessions = parts.sessions();
        this.clock = parts.clock();
    }

    @Override
    public void addTo(Routes routes) {
        routes.unlogged(SessionCommand.ListSessions.class, Gate.LOGGED_IN, (session, command) -> list(session));
        routes.logged(
                SessionCommand.EndSession.class, Gate.LOGGED_IN, (session, command) -> end(session, command.session()));
        routes.logged(SessionCommand.EndOtherSessions.class, Gate.LOGGED_IN, (session, command) -> endOthers(session));
    }

    private void endOthers(Session session) {
        // Tokens first: a session that is being resumed either finds that its token has ended, or
        // is ended below.
        tokens.endOthers(session);
        devices.forgetOthers(session.account(), session.device());
        sessions.presence().end(session.account(), session.id(), ENDED, WHY_ENDED);
    }

    private void list(Session session) {
        Instant now = clock.instant();
        long account = session.account();
        List<RememberedDevice> remembered = devices.of(account);
        Set<String> labels = remembered.stream().map(RememberedDevice::device).collect(Collectors.toSet());
        List<Session> own = sessions.presence().sessionsOf(account);
        Set<String> present = own.stream()
                .filter(one -> one.dialect().hasConversations())
                .map(Session::device)
                .collect(Collectors.toSet());
        Stream<SessionEvent.OwnSession> here = own.stream()
                .map(one -> new SessionEvent.OwnSession(
                        one.id(),
                        one.device(),
                        one.dialect().name(),
                        one.addressText(),
                        requireNonNullElse(one.since(), now),
                        now.minusNanos(one.idle()),
                        one == session,
                        one.dialect().hasConversations() && labels.contains(one.device())));
        Stream<SessionEvent.OwnSession> away = remembered.stream()
                .filter(device -> !present.contains(device.device()))
                .map(device -> new SessionEvent.OwnSession(
                        Devices.id(device),
                        device.device(),
                        "",
                        device.address(),
                        device.since(),
                        device.used(),
                        false,
                        true));
        session.answer(new SessionEvent.OwnSessions(Stream.concat(here, away)
                .sorted(Comparator.comparing(SessionEvent.OwnSession::since))
                .toList()));
    }

    /** @throws Refusal {@link Code#NO_SUCH_SESSION} if the user has neither such a session nor such a device */
    private void end(Session session, String id) {
        long account = session.account();
        Optional<Session> own = sessions.presence().sessionsOf(account).stream()
                .filter(one -> one.id().equals(id))
                .findFirst();
        String device = own.filter(one -> one.dialect().hasConversations())
                .map(Session::device)
                .or(() -> devices.of(account).stream()
                        .filter(one -> Devices.id(one).equals(id))
                        .map(RememberedDevice::device)
                        .findFirst())
                .orElse(null);
        if (own.isEmpty() && device == null) {
            throw new Refusal(Code.NO_SUCH_SESSION, "You have no such session; it may have ended.");
        }
        if (device != null) {
            devices.forget(account, device);
        }
        own.ifPresent(one -> {
            tokens.end(one);
            sessions.presence().end(one, ENDED, WHY_ENDED);
        });
    }
}
