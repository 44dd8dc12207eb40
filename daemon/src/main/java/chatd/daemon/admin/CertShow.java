package chatd.daemon.admin;

import chatd.certs.Fingerprint;
import chatd.certs.ServerNames;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code cert show}: the certificate that clients are shown, with the fingerprint that they show to people. */
record CertShow(X509Certificate certificate) implements AdminCommand {
    @Override
    public String name() {
        return "cert show";
    }

    @Override
    public boolean isServedUnlogged() {
        return true;
    }

    @Override
    public Object run(JsonNode request, String by, Lines out) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("names", ServerNames.of(certificate));
        shown.put("subject", certificate.getSubjectX500Principal().getName());
        shown.put("issuer", certificate.getIssuerX500Principal().getName());
        shown.put("begin", certificate.getNotBefore().toInstant().toString());
        shown.put("end", certificate.getNotAfter().toInstant().toString());
        shown.put("fingerprint", Fingerprint.of(certificate.getPublicKey()).hex());
        return shown;
    }
}
