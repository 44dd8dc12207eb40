package chatd.client;

import chatd.certs.Fingerprint;
import chatd.client.net.Address;
import chatd.client.net.KnownHosts;
import chatd.client.net.Link;
import chatd.client.net.OwnCertificate;
import chatd.client.net.Trust;
import chatd.protocol.Dialect;
import chatd.protocol.chat1.Chat1;
import chatd.protocol.json.Carrier;
import chatd.protocol.json.Json;
import chatd.protocol.value.Limits;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for how a server is recognised and which protocol is spoken with it. */
final class ServerOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The authority that vouches for the server (PEM); else CHAT_CA, else the system's.")
    private @Nullable Path authorities;

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256",
            description = "The server's key, as `chat-admin cert show` prints it; no other is trusted.")
    private @Nullable String fingerprint;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "A certificate of your own with its chain (PEM), for servers that ask for one.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key (PEM); by default in the certificate's file.")
    private @Nullable Path key;

    @Option(
            names = "--wire-zone",
            paramLabel = "ZONE",
            description =
                    "The time zone of the times that the server sends, such as Europe/Berlin, if it is not chatd, which sends UTC.")
    private String wireZone = "UTC";

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            description = "${COMPLETION-CANDIDATES}; by default the best that the server speaks.")
    private Protocol protocol = Protocol.auto;

    /** The dialects to offer to the server. */
    enum Protocol {
        auto,
        json,
        chat1;

        /** Returns the name on the command line. */
        @Override
        public String toString() {
            return switch (this) {
                case auto -> "auto";
                case json -> Carrier.LINES.protocol();
                case chat1 -> Chat1.ALPN;
            };
        }
    }

    /** Returns whether the user presents a certificate of their own. */
    boolean hasCertificate() {
        return certificate != null;
    }

    /** Returns whether nothing but {@code chat/1} is to be spoken. */
    boolean isChat1() {
        return protocol == Protocol.chat1;
    }

    /**
     * Returns a connector to a server, which offers what {@code --protocol} says.
     *
     * @param authorities the file of {@code CHAT_CA}; empty if there is none
     */
    Link.Connector at(Address server, String authorities, KnownHosts known) {
        try {
            Dialect chat1 = new Chat1(Limits.DEFAULT, ZoneId.of(wireZone));
            Dialect json = new Json(Carrier.LINES, 1 << 20);
            return new Link.Connector(
                    server,
                    trust(authorities, known),
                    own(),
                    switch (protocol) {
                        case auto -> List.of(json, chat1);
                        case json -> List.of(json);
                        case chat1 -> List.of(chat1);
                    });
        } catch (DateTimeException e) {
            throw usageError("there is no time zone " + wireZone + "; an example is Europe/Berlin");
        }
    }

    private Trust trust(String fallback, KnownHosts known) {
        Path file = this.authorities == null && !fallback.isEmpty() ? Path.of(fallback) : this.authorities;
        Optional<Fingerprint> server = Optional.ofNullable(fingerprint)
                .map(text -> Fingerprint.parse(text)
                        .orElseThrow(() -> usageError("a fingerprint has 64 hexadecimal digits, not " + text)));
        return new Trust(file, server, known);
    }

    private @Nullable OwnCertificate own() {
        Path chain = certificate;
        if (chain == null) {
            if (key != null) {
                throw usageError("--key needs --certificate");
            }
            return null;
        }
        return OwnCertificate.read(chain, key == null ? chain : key);
    }

    private ParameterException usageError(String what) {
        return new ParameterException(spec.commandLine(), what);
    }
}
