export default function Page() {
  return <h1>We build ships</h1>;
}
