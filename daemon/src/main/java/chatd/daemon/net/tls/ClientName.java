package chatd.daemon.net.tls;

import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Extracts the account name from a client certificate. */
public final class ClientName {
    private ClientName() {}

    /** Returns the CN of the certificate's subject; empty if there is no certificate, or not exactly one CN. */
    public static Optional<String> of(SslHandler secured) {
        try {
            X509Certificate shown =
                    (X509Certificate) secured.engine().getSession().getPeerCertificates()[0];
            var names = new LdapName(shown.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> String.valueOf(part.getValue()))
                            .toList();
            return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
        } catch (SSLPeerUnverifiedException | InvalidNameException e) {
            return Optional.empty();
        }
    }
}
