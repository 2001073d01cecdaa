export default function Home() {
  return <h1>Portal</h1>;
}
