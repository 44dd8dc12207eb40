// The types of messages, by the table of the page `chat-json-1.md`; one name for each direction, where they differ.

export const LogIn = 1;
export const LoggedIn = 2;
export const Text = 3;
export const TextToAll = 4;
/** As sent by the page. */
export const LogOut = 5;
/** As received by the page. */
export const Offline = 5;
export const File = 6;
export const Call = 7;
export const Online = 8;
export const FriendRequest = 9;
export const FriendAnswer = 10;
export const Change = 11;
export const Picture = 12;
export const Register = 13;
export const Registered = 14;
export const Changed = 15;
export const Renamed = 16;
export const Done = 17;
export const Refused = 18;
export const ReadHistory = 19;
export const Page = 20;
export const Read = 21;
export const Typing = 22;
export const ChangeGroup = 23;
export const Group = 24;
export const EndFriendship = 25;
export const Settings = 26;
export const Search = 27;
export const FindUsers = 28;
export const Users = 29;
export const Sessions = 30;
export const TakeBack = 31;
export const Correct = 32;
export const React = 33;
export const Block = 34;
export const Preferences = 35;
export const Report = 36;
export const ListConversations = 37;
export const Conversations = 38;
export const Avatars = 39;
