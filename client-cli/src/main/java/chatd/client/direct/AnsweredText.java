package chatd.client.direct;

/**
 * A text of a direct session to which another text is an answer.
 *
 * @param user the number of the user who wrote it
 * @param number the number that it has among the texts of that user in the session, from 1
 */
public record AnsweredText(long user, long number) {}
