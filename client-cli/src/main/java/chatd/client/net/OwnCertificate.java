package chatd.client.net;

import chatd.certs.Pem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;

/** A certificate of one's own, with its key, for servers that ask for one. */
public record OwnCertificate(List<X509Certificate> chain, PrivateKey key) {
    /**
     * Reads it.
     *
     * @param certificate the chain, PEM
     * @param key PEM, not encrypted
     * @throws Failure where it can't be read; the text says what, and nothing of the key
     */
    public static OwnCertificate read(Path certificate, Path key) {
        try {
            return new OwnCertificate(Pem.certificates(certificate), Pem.privateKey(key));
        } catch (NoSuchFileException e) {
            throw new Failure(Failure.NO, "There is no file " + e.getFile() + ".");
        } catch (IOException e) {
            throw new Failure(Failure.NO, String.valueOf(e.getMessage()) + ".");
        }
    }

    KeyManager[] managers() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", key, new char[0], chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX", new BouncyCastleJsseProvider());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }
}
