package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.TOKEN;

import chatd.daemon.model.account.Token;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.Ledger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;

/** Reads the hashes of tokens, which the {@link Ledger} writes, and deletes those that have ended. Blocks. */
public final class TokenStore {
    private final Database database;

    public TokenStore(Database database) {
        this.database = database;
    }

    /** Returns all tokens. */
    public List<Token> all() {
        return database.with(sql -> sql.selectFrom(TOKEN)
                .fetch(row -> new Token(
                        ByteBuffer.wrap(row.getHash()),
                        row.getAccount(),
                        row.getDevice(),
                        row.getQuiet(),
                        row.getBegins())));
    }

    public void delete(Collection<ByteBuffer> hashes) {
        List<byte[]> all = hashes.stream().map(ByteBuffer::array).toList();
        database.with(sql -> sql.deleteFrom(TOKEN).where(TOKEN.HASH.in(all)).execute());
    }
}
