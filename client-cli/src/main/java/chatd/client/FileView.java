package chatd.client;

import chatd.client.talk.Item;
import chatd.client.talk.View;

/**
 * Shows of a session for files what the server says to it and what was not sent; the user's own session, which goes on
 * beside it, shows the rest.
 */
record FileView(View shown) implements View {
    @Override
    public void said(Item item) {
        if (item.isFromServer()) {
            shown.said(item);
        }
    }

    @Override
    public void notSent(Item item, String why) {
        shown.notSent(item, why);
    }

    @Override
    public void ended(String why) {
        shown.notice(why);
    }

    @Override
    public void notice(String text) {
        shown.notice(text);
    }
}
