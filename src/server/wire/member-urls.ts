/** Whether etcd would take these for a member's URLs (`client/pkg/types/urls.go`): at least one, each `http(s)://HOST:PORT` or a Unix socket's. */
export function areMemberUrls(urls: readonly string[]): boolean {
  return urls.length > 0 && urls.every((url) => isMemberUrl(url.trim()));
}

const httpUrl = /^https?:\/\/(?:[^@/?#]*@)?(?:\[[0-9A-Fa-f:.]+(?:%25[^\]/?#]+)?\]|[^[\]:/?#\s]*):\d*(?:[?#].*)?$/i;
const socketUrl = /^unixs?:[^\s]*$/i;

function isMemberUrl(url: string): boolean {
  return httpUrl.test(url) || socketUrl.test(url);
}
