import streamlit as st

st.header("Forecast")
