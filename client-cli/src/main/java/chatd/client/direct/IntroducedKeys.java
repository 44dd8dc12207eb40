package chatd.client.direct;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts the keys that the daemon has introduced, and nothing else. Thread-safe. */
final class IntroducedKeys extends X509ExtendedTrustManager {
    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    void add(String key) {
        keys.add(key);
    }

    void remove(String key) {
        keys.remove(key);
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0 || !keys.contains(DirectKey.fingerprint(chain[0]))) {
            throw new CertificateException("not the key that was introduced");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket with) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket with) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
