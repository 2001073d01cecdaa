export default function Index() {
  return <p>Members</p>;
}
